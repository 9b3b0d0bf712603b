"""Language labels of other people's models as ISO 639-1 codes: `eng_Latn` of GlotLID and FLORES, `en` of lid.176."""

# ISO 639-3 codes by the ISO 639-1 code they belong to; the first is the language's own, further ones are individual
# languages that data sets name where the two-letter code means the group. Source: ISO 639-3 code tables.
_ISO_639_3 = """
aa:aar ab:abk ae:ave af:afr ak:aka,twi,fat am:amh an:arg ar:ara,arb as:asm av:ava ay:aym,ayr az:aze,azj ba:bak be:bel
bg:bul bi:bis bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces cu:chu cv:chv cy:cym da:dan
de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est,ekk eu:eus fa:fas,pes,prs ff:ful,fuv fi:fin fj:fij
fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gn:grn,gug gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun
hy:hye hz:her ia:ina id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik
kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau,knc ks:kas ku:kur,kmr kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim
ln:lin lo:lao lt:lit lu:lub lv:lav,lvs mg:mlg,plt mh:mah mi:mri mk:mkd ml:mal mn:mon,khk mr:mar ms:msa,zsm mt:mlt my:mya
na:nau nb:nob nd:nde ne:nep,npi ng:ndo nl:nld nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm,gaz or:ori,ory
os:oss pa:pan pi:pli pl:pol ps:pus,pbt pt:por qu:que,quy,quz rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd
se:sme sg:sag si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi,als sr:srp ss:ssw st:sot su:sun sv:swe sw:swa,swh ta:tam
te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat ty:tah ug:uig uk:ukr ur:urd uz:uzb,uzn
ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid,ydd yo:yor za:zha zh:zho,cmn zu:zul
"""
_ISO_639_1 = {
    long: short
    for short, _, longs in (entry.partition(":") for entry in _ISO_639_3.split())
    for long in longs.split(",")
}


ISO_639_1 = frozenset(_ISO_639_1.values())


def iso_639_1(label: str) -> str:
    """The ISO 639-1 code of a model's label, without its prefix; a language that has none keeps its longer code.

    What follows `_` or `-` is a script or a country and is left out. A bare `als` is Alemannic, as Wikipedia and
    lid.176 use it; with a script it is Tosk Albanian.

    >>> [iso_639_1(label) for label in ("en", "eng_Latn", "cmn_Hani", "zh-TW", "als", "als_Latn", "ckb_Arab")]
    ['en', 'en', 'zh', 'zh', 'als', 'sq', 'ckb']
    """
    code = label.replace("-", "_").partition("_")[0].lower()
    return code if label == "als" else _ISO_639_1.get(code, code)
