/* What is inside a message: its parts with headers and contents, signed files, and what surrounds them: the directory of
 * providers, the limits. Ends with 0 when all is as it should be.
 *
 *     inside RECEIPT OPAQUE...    a delivery receipt, and messages that are signed around their content
 */
#include "check.h"
#include <stdlib.h>

static int begins(pec_bytes bytes, const char *expected)
{
    return bytes.len >= strlen(expected) && memcmp(bytes.data, expected, strlen(expected)) == 0;
}

/* The position of the part of this name; the number of parts where none has it. */
static size_t named(const pec_parts *parts, const char *name)
{
    size_t count = 0, index;
    pec_str text;
    CHECK(pec_parts_count(parts, &count) == PEC_OK);
    for (index = 0; index < count; index++)
        if (pec_parts_text(parts, index, PEC_PART_FILE_NAME, &text) == PEC_OK && is(text, name))
            break;
    return index;
}

static uint64_t number(const pec_parts *parts, size_t index, uint32_t field)
{
    uint64_t value = 77;
    CHECK(pec_parts_number(parts, index, field, &value) == PEC_OK);
    return value;
}

/* The header of the whole: in its order, as received and decoded, by name. */
static void headers(const pec_parts *parts)
{
    pec_str name, value, decoded, same;
    pec_bytes raw, header;
    size_t count = 0, index, subjects = 0;

    CHECK(pec_parts_header_count(parts, 0, &count) == PEC_OK && count > 10);
    for (index = 0; index < count; index++) {
        CHECK(pec_parts_header(parts, 0, index, PEC_HEADER_NAME, &name) == PEC_OK);
        CHECK(pec_parts_header(parts, 0, index, PEC_HEADER_VALUE, &value) == PEC_OK);
        CHECK(pec_parts_header(parts, 0, index, PEC_HEADER_DECODED, &decoded) == PEC_OK);
        CHECK(memchr(value.data, '\n', value.len) == NULL);
        if (is(name, "Subject")) {
            CHECK(is(value, "CONSEGNA: Preventivo 12/2026 & allegati") && is(decoded, "CONSEGNA: Preventivo 12/2026 & allegati"));
            subjects++;
        }
    }
    CHECK(subjects == 1);
    CHECK(pec_parts_header(parts, 0, 0, PEC_HEADER_NAME, &name) == PEC_OK && is(name, "Return-Path"));
    CHECK(pec_parts_header(parts, 0, count, PEC_HEADER_NAME, &name) == PEC_ABSENT);
    CHECK(pec_parts_header(parts, 0, 0, 99, &name) == PEC_BAD_VALUE);
    CHECK(pec_parts_header(parts, 4711, 0, PEC_HEADER_NAME, &name) == PEC_ABSENT);
    CHECK(pec_parts_header_count(parts, 4711, &count) == PEC_ABSENT);
    CHECK(pec_parts_header_named(parts, 0, "x-RICEVUTA", &same) == PEC_OK && is(same, "avvenuta-consegna"));
    CHECK(pec_parts_header_named(parts, 0, "X-Nothing", &same) == PEC_ABSENT);
    CHECK(pec_parts_header_named(parts, 0, "\xff", &same) == PEC_BAD_UTF8);
    CHECK(pec_parts_bytes(parts, 0, PEC_PART_RAW, &raw) == PEC_OK && raw.len == number(parts, 0, PEC_PART_BYTES));
    CHECK(pec_parts_bytes(parts, 0, PEC_PART_HEADER, &header) == PEC_OK && header.data == raw.data && header.len < raw.len);
    CHECK(begins(header, "Return-Path: "));
}

/* Encoded words, read as a person reads them, and left as they are for whoever asks for the value. */
static void encoded_words(void)
{
    static const char text[] = "Subject: =?utf-8?q?Citt=C3=A0?=\r\n di Roma\r\n\r\n\xe8";
    pec_message *message = NULL;
    pec_parts *parts = NULL;
    pec_bytes bytes;
    pec_str found;
    uint64_t parent = 77;

    CHECK(pec_message_parse((const uint8_t *)text, sizeof text - 1, &message, NULL) == PEC_OK);
    CHECK(pec_message_parts(message, &parts, NULL) == PEC_OK);
    /* Parts live without their message. */
    pec_message_free(message);
    CHECK(pec_parts_header_named(parts, 0, "subject", &found) == PEC_OK && is(found, "Citt\xc3\xa0 di Roma"));
    CHECK(pec_parts_header(parts, 0, 0, PEC_HEADER_VALUE, &found) == PEC_OK && is(found, "=?utf-8?q?Citt=C3=A0?= di Roma"));
    CHECK(pec_parts_bytes(parts, 0, PEC_PART_CONTENT, &bytes) == PEC_OK && bytes.len == 1 && bytes.data[0] == 0xe8);
    CHECK(pec_parts_text(parts, 0, PEC_PART_CONTENT_TEXT, &found) == PEC_OK && found.len > 1);
    CHECK(pec_parts_text(parts, 0, PEC_PART_TRANSFER_ENCODING, &found) == PEC_OK && is(found, "identity"));
    CHECK(pec_parts_number(parts, 0, PEC_PART_PARENT, &parent) == PEC_ABSENT && parent == 77);
    pec_parts_free(parts);
}

/* The tree, and what stands in it. */
static void contents(const pec_parts *parts)
{
    size_t count = 0, index, readable = 0, data = named(parts, "daticert.xml"), file = named(parts, "preventivo.pdf");
    size_t original = named(parts, "postacert.eml"), signature = named(parts, "smime.p7s");
    pec_bytes body, content, again;
    pec_str text;

    CHECK(pec_parts_count(parts, &count) == PEC_OK && file < count && signature < count);
    if (failures > 0)
        return;
    CHECK(pec_parts_bytes(parts, data, PEC_PART_CONTENT, &content) == PEC_OK && begins(content, "<?xml version=\"1.0\""));
    CHECK(pec_parts_bytes(parts, data, PEC_PART_BODY, &body) == PEC_OK && begins(body, "PD94bWwg"));
    CHECK(pec_parts_bytes(parts, data, PEC_PART_CONTENT, &again) == PEC_OK && again.data == content.data);
    CHECK(pec_parts_text(parts, data, PEC_PART_TRANSFER_ENCODING, &text) == PEC_OK && is(text, "base64"));
    CHECK(pec_parts_bytes(parts, file, PEC_PART_CONTENT, &content) == PEC_OK && begins(content, "%PDF-1.4\n"));
    CHECK(pec_parts_bytes(parts, file, 99, &content) == PEC_BAD_VALUE);
    CHECK(pec_parts_bytes(parts, count, PEC_PART_CONTENT, &content) == PEC_ABSENT);
    CHECK(pec_parts_bytes(parts, 0, PEC_PART_PREAMBLE, &content) == PEC_OK && begins(content, "This is an S/MIME"));
    CHECK(pec_parts_bytes(parts, 0, PEC_PART_EPILOGUE, &content) == PEC_OK);
    CHECK(number(parts, 0, PEC_PART_IS_MULTIPART) == 1 && number(parts, 0, PEC_PART_IS_CLOSED) == 1);
    CHECK(number(parts, file, PEC_PART_IS_MULTIPART) == 0 && number(parts, file, PEC_PART_IS_NESTED) == 1);
    CHECK(number(parts, original, PEC_PART_IS_MESSAGE) == 1 && number(parts, original, PEC_PART_IS_NESTED) == 0);
    CHECK(number(parts, signature, PEC_PART_IS_ATTACHMENT) == 0 && number(parts, original, PEC_PART_IS_ATTACHMENT) == 1);
    CHECK(number(parts, signature, PEC_PART_PARENT) == 0);
    for (index = 1; index < count; index++) {
        size_t parent = (size_t)number(parts, index, PEC_PART_PARENT);
        CHECK(parent < index && number(parts, parent, PEC_PART_DEPTH) + 1 == number(parts, index, PEC_PART_DEPTH));
        CHECK(number(parts, parent, PEC_PART_IS_MULTIPART) == 1 || number(parts, parent, PEC_PART_IS_MESSAGE) == 1);
        /* Latin 1 on the wire, UTF-8 here. */
        if (pec_parts_text(parts, index, PEC_PART_CONTENT_TEXT, &text) == PEC_OK && text.len > 30 &&
            memcmp(text.data, "Ricevuta di avvenuta consegna", 29) == 0) {
            const char *end = text.data + text.len, *at = text.data;
            while (at + 2 < end && memcmp(at, "\xc3\xa8 ", 3) != 0)
                at++;
            readable += at + 2 < end;
        }
    }
    CHECK(readable == 1);
}

/* A signed file is opened: one layer, one signer. */
static void signed_file(const char *path)
{
    pec_message *message = NULL;
    pec_extracted *extracted = NULL;
    pec_cades *cades = NULL;
    pec_error *error = NULL;
    pec_bytes file, content, certificate;
    pec_str text = {"untouched", 9};
    int64_t value = 0;
    size_t count = 0, at;
    uint8_t *damaged;

    CHECK(pec_message_parse_file(path, &message, NULL) == PEC_OK);
    CHECK(pec_message_extract(message, PEC_EXTRACT_SIGNATURE, &extracted, NULL) == PEC_OK);
    CHECK(pec_extracted_bytes(extracted, 0, &file) == PEC_OK);
    if (failures > 0)
        return;
    CHECK(pec_cades_unwrap(file.data, file.len, &cades, &error) == PEC_OK);
    CHECK(pec_cades_content(cades, &content) == PEC_OK && begins(content, "Content-Type: multipart/mixed"));
    CHECK(pec_cades_layer_count(cades, &count) == PEC_OK && count == 1);
    CHECK(pec_cades_signer_count(cades, 0, &count) == PEC_OK && count == 1);
    CHECK(pec_cades_signer_count(cades, 1, &count) == PEC_ABSENT && count == 1);
    CHECK(pec_cades_signer_text(cades, 0, 0, PEC_SIGNER_SUBJECT, &text) == PEC_OK && is(text, "Alfa PEC S.p.A."));
    CHECK(pec_cades_signer_text(cades, 0, 0, PEC_SIGNER_DIGEST, &text) == PEC_OK && is(text, "sha256"));
    CHECK(pec_cades_signer_text(cades, 0, 0, PEC_SIGNER_INTEGRITY, &text) == PEC_OK && is(text, "intact"));
    CHECK(pec_cades_signer_text(cades, 0, 1, PEC_SIGNER_INTEGRITY, &text) == PEC_ABSENT);
    CHECK(pec_cades_signer_text(cades, 0, 0, 99, &text) == PEC_BAD_VALUE);
    CHECK(pec_cades_signer_number(cades, 0, 0, PEC_SIGNER_SIGNING_TIME, &value) == PEC_OK && value == 1770628530);
    CHECK(pec_cades_signer_number(cades, 0, 0, PEC_SIGNER_NAMES_CERTIFICATE, &value) == PEC_OK && (value == 0 || value == 1));
    CHECK(pec_cades_signer_number(cades, 0, 0, 99, &value) == PEC_BAD_VALUE);
    CHECK(pec_cades_signer_certificate(cades, 0, 0, &certificate) == PEC_OK && certificate.len > 500);
    CHECK(certificate.data[0] == 0x30);
    CHECK(pec_cades_signer_certificate(cades, 1, 0, &certificate) == PEC_ABSENT);
    pec_cades_free(cades);

    /* One letter of the document is another: it opens, and is no longer what was signed. */
    damaged = malloc(file.len);
    memcpy(damaged, file.data, file.len);
    for (at = 0; at + 10 < file.len && memcmp(damaged + at, "Preventivo", 10) != 0; at++)
        ;
    CHECK(at + 10 < file.len);
    damaged[at] ^= 1;
    CHECK(pec_cades_unwrap(damaged, file.len, &cades, NULL) == PEC_OK);
    CHECK(pec_cades_signer_text(cades, 0, 0, PEC_SIGNER_INTEGRITY, &text) == PEC_OK && is(text, "altered"));
    pec_cades_free(cades);
    cades = NULL;
    CHECK(pec_cades_unwrap(damaged, file.len / 2, &cades, &error) == PEC_SIGNATURE_DAMAGED && cades == NULL);
    CHECK(is_code(error, "signature.damaged"));
    free(damaged);
    pec_extracted_free(extracted);
    pec_message_free(message);
}

/* A signature that stands beside its document holds none, and a document that nobody signed is none. */
static void no_signed_file(pec_message *message)
{
    pec_extracted *extracted = NULL;
    pec_cades *cades = NULL;
    pec_error *error = NULL;
    pec_bytes file;

    CHECK(pec_message_extract(message, PEC_EXTRACT_SIGNATURE, &extracted, NULL) == PEC_OK);
    CHECK(pec_extracted_bytes(extracted, 0, &file) == PEC_OK);
    CHECK(pec_cades_unwrap(file.data, file.len, &cades, &error) == PEC_NOT_SIGNED && cades == NULL);
    CHECK(is_code(error, "signature.none"));
    CHECK(pec_cades_unwrap((const uint8_t *)"%PDF-1.4", 8, &cades, &error) == PEC_NOT_SIGNED && is_code(error, "signature.none"));
    pec_extracted_free(extracted);
}

static void directory(void)
{
    static const char ldif[] = "version: 1\n\ndn: providerName=Alfa PEC S.p.A.,o=postacert\nobjectClass: provider\n"
                               "providerName: Alfa PEC S.p.A.\nmailReceipt: ricevute@pec.alfa.example\n"
                               "managedDomains: pec.alfa.example\nmanagedDomains: cert.alfa.example\n\n"
                               "dn: providerUnit=Prova,providerName=Beta,o=postacert\nobjectClass: provider\n"
                               "providerName: Beta\nproviderUnit: Prova\n";
    pec_directory *directory = NULL;
    pec_bytes bytes;
    pec_str text;
    size_t count = 0, position = 77;
    uint64_t line = 0;
    uint32_t manages = 77;

    CHECK(pec_directory_from_ldif((const uint8_t *)ldif, sizeof ldif - 1, &directory, NULL) == PEC_OK);
    CHECK(pec_directory_count(directory, &count) == PEC_OK && count == 2);
    CHECK(pec_directory_text(directory, 0, PEC_PROVIDER_NAME, 0, &text) == PEC_OK && is(text, "Alfa PEC S.p.A."));
    CHECK(pec_directory_text(directory, 0, PEC_PROVIDER_UNIT, 0, &text) == PEC_ABSENT);
    CHECK(pec_directory_text(directory, 1, PEC_PROVIDER_UNIT, 0, &text) == PEC_OK && is(text, "Prova"));
    CHECK(pec_directory_text(directory, 0, PEC_PROVIDER_MAIL_RECEIPT, 0, &text) == PEC_OK && is(text, "ricevute@pec.alfa.example"));
    CHECK(pec_directory_value_count(directory, 0, PEC_PROVIDER_DOMAIN, &count) == PEC_OK && count == 2);
    CHECK(pec_directory_text(directory, 0, PEC_PROVIDER_DOMAIN, 1, &text) == PEC_OK && is(text, "cert.alfa.example"));
    CHECK(pec_directory_text(directory, 0, PEC_PROVIDER_DOMAIN, 2, &text) == PEC_ABSENT);
    CHECK(pec_directory_text(directory, 2, PEC_PROVIDER_NAME, 0, &text) == PEC_ABSENT);
    CHECK(pec_directory_text(directory, 0, 99, 0, &text) == PEC_BAD_VALUE);
    CHECK(pec_directory_value_count(directory, 0, 99, &count) == PEC_BAD_VALUE);
    CHECK(pec_directory_certificate(directory, 0, 0, &bytes) == PEC_ABSENT);
    CHECK(pec_directory_find_domain(directory, "CERT.alfa.example", &position) == PEC_OK && position == 0);
    CHECK(pec_directory_find_domain(directory, "gamma.example", &position) == PEC_ABSENT && position == 0);
    CHECK(pec_directory_find_certificate(directory, (const uint8_t *)"x", 1, 0, &position) == PEC_ABSENT);
    CHECK(pec_directory_manages(directory, (const uint8_t *)"x", 1, "pec.alfa.example", &manages) == PEC_ABSENT && manages == 77);
    CHECK(pec_directory_remark_count(directory, &count) == PEC_OK && count > 2);
    CHECK(pec_directory_remark(directory, 0, &line, &text) == PEC_OK && line == 3);
    CHECK(is(text, "the record has no providerCertificate"));
    CHECK(pec_directory_remark(directory, count, &line, &text) == PEC_ABSENT);
    pec_directory_free(directory);
}

static int has_finding(const pec_verification *verification, const char *code)
{
    size_t count = 0, index;
    pec_str text;
    int found = 0;
    CHECK(pec_verification_finding_count(verification, &count) == PEC_OK);
    for (index = 0; index < count; index++)
        found |= pec_verification_finding(verification, index, PEC_FINDING_CODE, &text) == PEC_OK && is(text, code);
    return found;
}

/* What is beyond a limit is a finding, for messages that were parsed with it and for verifiers that have it. */
static void limits(const char *path, pec_message *message)
{
    static char json[64 * 1024];
    static const uint8_t bytes[] = "Subject: x\r\n\r\nx";
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_limits *limits = NULL;
    pec_message *limited = NULL;
    pec_verification *verification = NULL;
    pec_error *error = NULL;
    pec_verdict verdict = 0;
    uint64_t value = 0;
    size_t need = 0;

    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK && pec_verifier_new(trust, &verifier, NULL) == PEC_OK);
    CHECK(pec_limits_new(&limits, NULL) == PEC_OK);
    CHECK(pec_limits_value(limits, PEC_LIMIT_MESSAGE_BYTES, &value) == PEC_OK && value == (uint64_t)256 << 20);
    CHECK(pec_limits_value(limits, 99, &value) == PEC_BAD_VALUE);
    CHECK(pec_limits_set(limits, 99, 1, &error) == PEC_BAD_VALUE && is_code(error, "argument.value"));
    CHECK(pec_limits_set(limits, PEC_LIMIT_MESSAGE_BYTES, (uint64_t)1 << 32, NULL) == PEC_BAD_VALUE);
    CHECK(pec_limits_set(limits, PEC_LIMIT_PARTS, 2, NULL) == PEC_OK);
    CHECK(pec_limits_value(limits, PEC_LIMIT_PARTS, &value) == PEC_OK && value == 2);

    CHECK(pec_message_parse_file_limited(path, limits, &limited, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, limited, 1772000000, &verification, NULL) == PEC_OK);
    CHECK(has_finding(verification, "mime.limits"));
    CHECK(pec_verification_verdict(verification, &verdict) == PEC_OK && verdict == PEC_VERDICT_UNVERIFIABLE);
    pec_verification_free(verification);
    CHECK(pec_verify(verifier, message, 1772000000, &verification, NULL) == PEC_OK && !has_finding(verification, "mime.limits"));
    pec_verification_free(verification);

    CHECK(pec_verifier_set_limits(verifier, limits, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, message, 1772000000, &verification, NULL) == PEC_OK && has_finding(verification, "mime.limits"));
    pec_verification_free(verification);
    /* A verifier keeps a copy, and has the last word. */
    CHECK(pec_limits_set(limits, PEC_LIMIT_PARTS, 10000, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, message, 1772000000, &verification, NULL) == PEC_OK && has_finding(verification, "mime.limits"));
    pec_verification_free(verification);
    CHECK(pec_verifier_set_limits(verifier, limits, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, limited, 1772000000, &verification, NULL) == PEC_OK && !has_finding(verification, "mime.limits"));
    pec_verification_free(verification);
    pec_message_free(limited);
    limited = NULL;

    CHECK(pec_limits_set(limits, PEC_LIMIT_MESSAGE_BYTES, sizeof bytes - 2, NULL) == PEC_OK);
    CHECK(pec_message_parse_limited(bytes, sizeof bytes - 1, limits, &limited, &error) == PEC_TOO_LARGE && limited == NULL);
    CHECK(is_code(error, "message.too_large"));
    CHECK(pec_message_parse_file_limited(path, limits, &limited, NULL) == PEC_TOO_LARGE && limited == NULL);
    CHECK(pec_message_parse_limited(bytes, sizeof bytes - 2, limits, &limited, NULL) == PEC_OK);
    pec_message_free(limited);
    CHECK(pec_verifier_set_limits(verifier, limits, NULL) == PEC_OK);
    CHECK(pec_verify_bytes_json(verifier, bytes, sizeof bytes - 1, "x", 0, json, sizeof json, &need) == PEC_TOO_LARGE);
    CHECK(pec_verify_bytes_json(verifier, bytes, sizeof bytes - 2, "x", 0, json, sizeof json, &need) == PEC_OK);
    /* A file that is larger is told among the others, and not read. */
    CHECK(pec_verify_folder_at_json(verifier, path, 1772000000, json, sizeof json, &need) == PEC_OK);
    CHECK(strstr(json, "\"error\":\"is larger than ") != NULL);
    pec_limits_free(limits);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
}

int main(int argc, char **argv)
{
    pec_message *message = NULL;
    pec_parts *parts = NULL;
    int index;

    if (argc < 3)
        return 2;
    CHECK(pec_message_parse_file(argv[1], &message, NULL) == PEC_OK && pec_message_parts(message, &parts, NULL) == PEC_OK);
    if (failures > 0)
        return 1;
    headers(parts);
    encoded_words();
    contents(parts);
    for (index = 2; index < argc; index++)
        signed_file(argv[index]);
    no_signed_file(message);
    directory();
    limits(argv[1], message);
    pec_parts_free(parts);
    pec_message_free(message);
    return failures > 0;
}
