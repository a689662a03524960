# Reads a package as somebody would who has never heard of the program that made it: expat for the XML, hashlib for the
# digests, zipfile for a ZIP. The order of elements is that of docs/DEPOSIT.md: what is known of the two schemas.
import base64, hashlib, os, sys, xml.etree.ElementTree as ET, zipfile

place = sys.argv[1]
if place.endswith(".zip"):
    archive = zipfile.ZipFile(place)
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    assert archive.namelist() == sorted(archive.namelist())
else:
    files = {}
    for folder, _, names in os.walk(place):
        for name in names:
            path = os.path.join(folder, name)
            files[os.path.relpath(path, place).replace(os.sep, "/")] = open(path, "rb").read()

SINCRO = "{http://www.uni.com/U3011/sincro-v2/}"
CHILDREN = {
    "PIndex": ["SelfDescription", "PVolume", "FileGroup*", "Process"],
    "SelfDescription": ["ID", "CreatingApplication", "PIndexSource*", "MoreInfo?"],
    "CreatingApplication": ["Name", "Producer", "Version"],
    "PIndexSource": ["ID", "Path", "Hash"],
    "PVolume": ["ID", "Label", "Description", "PVolumeSource*", "PVolumeGroup?", "MoreInfo?"],
    "PVolumeSource": ["ID", "PIndexID"],
    "FileGroup": ["ID", "Label", "Description?", "File*"],
    "File": ["ID", "Path", "Hash", "MoreInfo?"],
    "Process": ["Submitter", "Holder*", "AuthorizedSigner*", "TimeReference", "LawsAndRegulations"],
    "TimeReference": ["TimeInfo"],
    "Submitter": ["AgentID", "AgentName", "RelevantDocument*"],
    "Holder": ["AgentID", "AgentName", "RelevantDocument*"],
    "AuthorizedSigner": ["AgentID", "AgentName", "RelevantDocument*"],
    "DocumentoInformatico": [
        "IdDoc", "ModalitaDiFormazione", "TipologiaDocumentale", "DatiDiRegistrazione", "Soggetti", "ChiaveDescrittiva",
        "Allegati", "Classificazione?", "Riservato", "IdentificativoDelFormato", "Verifica", "Agg?",
        "IdIdentificativoDocumentoPrimario?", "NomeDelDocumento", "VersioneDelDocumento",
        "TracciatureModificheDocumento?", "TempoDiConservazione?", "Note?",
    ],
    "IdDoc": ["ImprontaCrittograficaDelDocumento", "Identificativo"],
    "ImprontaCrittograficaDelDocumento": ["Impronta", "Algoritmo"],
    "DatiDiRegistrazione": ["TipologiaDiFlusso", "TipoRegistro"],
    "Nessuno": ["TipoRegistro", "DataDocumento", "OraDocumento?", "NumeroDocumento"],
    "Soggetti": ["Ruolo*"],
    "Verifica": [
        "FirmatoDigitalmente", "SigillatoElettronicamente", "MarcaturaTemporale",
        "ConformitaCopieImmagineSuSupportoInformatico",
    ],
    "Allegati": ["NumeroAllegati", "IndiceAllegati*"],
    "IndiceAllegati": ["IdDoc", "Descrizione"],
    "AggregazioneDocumentaliInformatiche": [
        "IdAgg", "TipologiaFascicolo?", "Soggetti", "Assegnazione?", "DataApertura", "Classificazione?", "Progressivo?",
        "ChiaveDescrittiva", "DataChiusura?", "ProcedimentoAmministrativo?", "IndiceDocumenti",
        "PosizioneFisicaAggregazioneDocumentale?", "IdAggPrimario?", "TempoDiConservazione?", "Note?",
    ],
    "IdAgg": ["TipoAggregazione", "IdAggregazione"],
}


def check(element, namespace):
    assert element.tag.startswith(namespace), element.tag
    name = element.tag[len(namespace):]
    found = [child.tag[len(namespace):] for child in element]
    # A root of the other schema bears the name of an element that holds a digest here.
    expected = CHILDREN.get(name)
    if expected and not (name == "DocumentoInformatico" and found == CHILDREN["IdDoc"]):
        rest = list(found)
        for want in expected:
            plain = want.rstrip("*?")
            count = 0
            while rest and rest[0] == plain:
                rest.pop(0)
                count += 1
            assert want.endswith("*") or count == 1 or (want.endswith("?") and count == 0), (name, want, found)
        assert not rest, (name, rest)
    for child in element:
        check(child, namespace)


index = ET.fromstring(files["PIndex.xml"])
assert index.get("sincroVersion") == "2.0"
check(index, SINCRO)
listed = set()
for file in index.iter(SINCRO + "File"):
    path = file.find(SINCRO + "Path").text
    digest = file.find(SINCRO + "Hash")
    assert digest.get("hashFunction") == "SHA-256"
    assert hashlib.sha256(files[path]).hexdigest() == digest.text == file.find(SINCRO + "ID").text, path
    assert file.get("extension") == path.rsplit(".", 1)[1]
    assert path not in listed
    listed.add(path)
assert listed | {"PIndex.xml"} == set(files), listed ^ set(files)

documents = {path for path in files if path.startswith("documenti/")}
for path in documents:
    xml = ET.fromstring(files[path.replace("documenti/", "metadati/").replace(".eml", ".xml")])
    assert xml.tag == "DocumentoInformatico"
    check(xml, "")
    digest = xml.find("IdDoc/ImprontaCrittograficaDelDocumento")
    assert base64.b64decode(digest.find("Impronta").text) == hashlib.sha256(files[path]).digest()
    assert digest.find("Algoritmo").text == "SHA-256"
    assert int(xml.find("Allegati/NumeroAllegati").text) == len(xml.findall("Allegati/IndiceAllegati"))
dossiers = [ET.fromstring(files[path]) for path in files if path.startswith("fascicoli/")]
for xml in dossiers:
    check(xml, "")
    assert xml.findall("IndiceDocumenti/TipoDocumento/DocumentoInformatico/ImprontaCrittograficaDelDocumento/Impronta")
groups = index.findall(SINCRO + "FileGroup")
print(f"{len(documents)} documents, {len(groups)} groups, {len(dossiers)} dossiers")
