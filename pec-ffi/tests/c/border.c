/* The laws of the border, from the other side: lengths, UTF-8, numbers, outputs on success alone, panics, fork, log,
 * threads. Ends with 0 when all hold. */
#include "system.h"
#include <pthread.h>
#include <stdlib.h>

static pec_trust_store *trust;
static pec_verifier *verifier;
static pec_message *message;

static void wrong_arguments(void)
{
    static const uint8_t byte[1] = {'x'};
    pec_error *error = NULL;
    pec_message *none = NULL;
    pec_verification *nothing = NULL;
    pec_extracted *extracted = NULL;
    pec_str text = {"untouched", 9};

    CHECK(pec_message_parse(byte, (size_t)-1, &none, &error) == PEC_BAD_LENGTH);
    CHECK(none == NULL && is_code(error, "argument.length"));
    CHECK(pec_message_parse(byte, ((size_t)256 << 20) + 1, &none, &error) == PEC_TOO_LARGE);
    CHECK(none == NULL && is_code(error, "message.too_large"));
    CHECK(pec_message_parse_file("\xff.eml", &none, &error) == PEC_BAD_UTF8 && is_code(error, "argument.utf8"));
    CHECK(pec_message_parse_file("/", &none, &error) == PEC_FILE && is_code(error, "file.access"));
    CHECK(pec_message_extract(message, 99, &extracted, &error) == PEC_BAD_VALUE && is_code(error, "argument.value"));
    CHECK(pec_verify(verifier, message, INT64_MAX, &nothing, &error) == PEC_BAD_TIME && nothing == NULL);
    CHECK(is_code(error, "argument.time"));
    CHECK(pec_verifier_set_judged_at(verifier, PEC_JUDGED_AT_TIME, INT64_MIN, &error) == PEC_BAD_TIME);
    pec_error_free(error);
    CHECK(pec_verifier_set_judged_at(verifier, 3, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_verifier_set_mailbox_role(verifier, 2, NULL) == PEC_BAD_VALUE);
    CHECK(pec_trust_store_from_json(byte, 1, &trust, &error) == PEC_TRUST_DATA && is_code(error, "trust.data"));
    CHECK(pec_explain("no.such_code", PEC_CODE_RULE, &text) == PEC_ABSENT && is(text, "untouched"));
    CHECK(pec_explain("cms.digest_mismatch", 99, &text) == PEC_BAD_VALUE && is(text, "untouched"));
    CHECK(pec_code_name(pec_code_count(), &text) == PEC_ABSENT && pec_code_name(0, &text) == PEC_OK);
    CHECK(pec_result_text(4711, PEC_LANGUAGE_IT, &text) == PEC_BAD_VALUE);
    CHECK(pec_result_text(PEC_FORKED, 2, &text) == PEC_BAD_VALUE);
    CHECK(pec_result_text(PEC_OK, PEC_LANGUAGE_EN, &text) == PEC_OK && is(text, "Done."));
}

static void answers(const char *anchored)
{
    pec_verification *verification = NULL;
    pec_extracted *extracted = NULL;
    pec_bytes bytes;
    pec_str text;
    size_t count = 77;
    pec_verdict verdict = 0;

    /* Without the authority of the tests it is no proof, and its data are claims. */
    CHECK(pec_verify(verifier, message, 1772000000, &verification, NULL) == PEC_OK);
    CHECK(pec_verification_verdict(verification, &verdict) == PEC_OK && verdict != PEC_VERDICT_CERTIFIED);
    CHECK(pec_verification_certified(verification, PEC_CERTDATA_SENDER, 0, &text) == PEC_NOT_CERTIFIED);
    CHECK(pec_verification_certified_count(verification, PEC_CERTDATA_RECIPIENT, &count) == PEC_NOT_CERTIFIED && count == 77);
    CHECK(pec_verification_claimed(verification, PEC_CERTDATA_SENDER, 0, &text) == PEC_OK && text.len > 3);
    CHECK(pec_verification_claimed(verification, PEC_CERTDATA_SENDER, 1, &text) == PEC_ABSENT);
    CHECK(pec_verification_claimed(verification, 99, 0, &text) == PEC_BAD_VALUE);
    CHECK(pec_verification_claimed_count(verification, PEC_CERTDATA_RECIPIENT, &count) == PEC_OK && count > 0);
    CHECK(pec_verification_text(verification, 99, &text) == PEC_BAD_VALUE);
    CHECK(pec_verification_finding_count(verification, &count) == PEC_OK && count > 0);
    CHECK(pec_verification_finding(verification, count, PEC_FINDING_CODE, &text) == PEC_ABSENT);
    CHECK(pec_verification_finding(verification, 0, 99, &text) == PEC_BAD_VALUE);
    pec_verification_free(verification);

    CHECK(pec_message_extract(message, PEC_EXTRACT_SIGNATURE, &extracted, NULL) == PEC_OK);
    CHECK(pec_extracted_count(extracted, &count) == PEC_OK && count == 1);
    CHECK(pec_extracted_bytes(extracted, 0, &bytes) == PEC_OK && bytes.len > 100 && bytes.data[0] == 0x30);
    CHECK(pec_extracted_bytes(extracted, 1, &bytes) == PEC_ABSENT);
    CHECK(pec_extracted_name(extracted, 0, &text) == PEC_OK && is(text, "smime.p7s"));
    pec_extracted_free(extracted);

    {
        static uint8_t pem[64 * 1024];
        FILE *file = fopen(anchored, "rb");
        size_t size = fread(pem, 1, sizeof pem, file);
        pec_verifier *with = NULL;
        fclose(file);
        CHECK(pec_trust_store_add_host_anchor(trust, pem, size, NULL) == PEC_OK);
        CHECK(pec_verifier_new(trust, &with, NULL) == PEC_OK);
        CHECK(pec_verify(with, message, 1772000000, &verification, NULL) == PEC_OK);
        /* What comes out lives without what it was made from. */
        pec_verifier_free(with);
        CHECK(pec_verification_verdict(verification, &verdict) == PEC_OK && verdict == PEC_VERDICT_CERTIFIED);
        CHECK(pec_verification_certified(verification, PEC_CERTDATA_KIND, 0, &text) == PEC_OK);
        CHECK(is(text, "avvenuta-consegna"));
        pec_verification_free(verification);
    }
}

/* What stands inside, whom the data trust, what a state means. */
static void looked_into(void)
{
    static const char ldif[] = "version: 1\n";
    pec_parts *parts = NULL;
    pec_text *json = NULL;
    pec_trust_store *again = NULL;
    pec_directory *directory = NULL;
    pec_bytes bytes, whole;
    pec_str text;
    size_t count = 0, index, signatures = 0;
    uint32_t final = 77;
    uint64_t depth = 77, from = 77, size = 0;

    CHECK(pec_message_bytes(message, &whole) == PEC_OK && pec_message_parts(message, &parts, NULL) == PEC_OK);
    CHECK(pec_parts_count(parts, &count) == PEC_OK && count > 3);
    CHECK(pec_parts_number(parts, 0, PEC_PART_DEPTH, &depth) == PEC_OK && depth == 0);
    CHECK(pec_parts_number(parts, 0, PEC_PART_FROM, &from) == PEC_OK && from == 0);
    CHECK(pec_parts_number(parts, 0, PEC_PART_BYTES, &size) == PEC_OK && size == whole.len);
    CHECK(pec_parts_text(parts, 0, PEC_PART_MEDIA_TYPE, &text) == PEC_OK && is(text, "multipart/signed"));
    CHECK(pec_parts_text(parts, 0, PEC_PART_SUBJECT, &text) == PEC_OK && text.len > 5);
    CHECK(pec_parts_text(parts, 0, PEC_PART_FILE_NAME, &text) == PEC_ABSENT);
    for (index = 1; index < count; index++) {
        CHECK(pec_parts_number(parts, index, PEC_PART_DEPTH, &depth) == PEC_OK && depth > 0);
        CHECK(pec_parts_number(parts, index, PEC_PART_FROM, &from) == PEC_OK);
        CHECK(pec_parts_number(parts, index, PEC_PART_BYTES, &size) == PEC_OK && from + size <= whole.len);
        signatures += pec_parts_text(parts, index, PEC_PART_FILE_NAME, &text) == PEC_OK && is(text, "smime.p7s");
    }
    CHECK(signatures == 1);
    CHECK(pec_parts_text(parts, count, PEC_PART_MEDIA_TYPE, &text) == PEC_ABSENT);
    CHECK(pec_parts_number(parts, count, PEC_PART_DEPTH, &depth) == PEC_ABSENT);
    CHECK(pec_parts_text(parts, 0, 99, &text) == PEC_BAD_VALUE && pec_parts_number(parts, 0, 99, &size) == PEC_BAD_VALUE);
    pec_parts_free(parts);

    CHECK(pec_trust_store_json(trust, &json, NULL) == PEC_OK && pec_text_bytes(json, &bytes) == PEC_OK);
    CHECK(pec_trust_store_from_json(bytes.data, bytes.len, &again, NULL) == PEC_OK);
    pec_trust_store_free(again);
    pec_text_free(json);
    CHECK(pec_directory_from_ldif((const uint8_t *)ldif, sizeof ldif - 1, &directory, NULL) == PEC_OK);
    CHECK(pec_directory_provider(directory, "pec.alfa.example", &text) == PEC_ABSENT);
    pec_directory_free(directory);
    CHECK(pec_state_text("awaiting-delivery", PEC_STATE_TITLE_EN, &text) == PEC_OK && text.len > 5);
    CHECK(pec_state_text("awaiting-delivery", 99, &text) == PEC_BAD_VALUE);
    CHECK(pec_state_text("lost", PEC_STATE_TITLE_EN, &text) == PEC_ABSENT);
    CHECK(pec_state_text("delivered", PEC_STATE_MARK, &text) == PEC_OK && text.len > 0 && text.len < 5);
    CHECK(pec_state_is_final("delivered", &final) == PEC_OK && final == 1);
    CHECK(pec_state_is_final("awaiting-delivery", &final) == PEC_OK && final == 0);
    CHECK(pec_state_is_final("lost", &final) == PEC_ABSENT && final == 0);
}

struct lines {
    int errors, warnings;
    char last[256];
};

static void take(void *userdata, uint32_t level, const pec_str *line)
{
    struct lines *lines = userdata;
    size_t size = line->len < sizeof lines->last ? line->len : sizeof lines->last - 1;
    if (level == PEC_LOG_ERROR)
        lines->errors++;
    else
        lines->warnings++;
    memcpy(lines->last, line->data, size);
    lines->last[size] = 0;
}

static void panics_and_log(void)
{
    struct lines lines = {0, 0, ""};
    pec_error *error = NULL;
    pec_str text;

    CHECK(pec_set_log(&lines, take) == PEC_OK);
    CHECK(pec_message_bytes(NULL, NULL) == PEC_NULL && lines.warnings == 1);
    CHECK(strcmp(lines.last, "argument.null: message") == 0);
    CHECK(pec_test_panic(&error) == PEC_PANIC && pec_error_result(error) == PEC_PANIC);
    CHECK(pec_error_text(error, PEC_ERROR_EVIDENCE, &text) == PEC_OK && text.len > 20);
    CHECK(strstr(lines.last, "provoked by a test") != NULL && lines.errors == 1);
    CHECK(is_code(error, "internal.panic"));
    CHECK(pec_set_log(NULL, NULL) == PEC_OK);
    CHECK(pec_test_panic(NULL) == PEC_PANIC && lines.errors == 1);
}

static void flat(const char *path)
{
    static char buffer[64 * 1024];
    size_t need = 0, again = 0;
    char first = 'u';

    CHECK(pec_last_error_json(buffer, sizeof buffer, &need) == PEC_ABSENT);
    CHECK(pec_verify_file_json(path, NULL, 0, &need) == PEC_BUFFER_TOO_SMALL && need > 500);
    CHECK(pec_verify_file_json(path, &first, 1, &again) == PEC_BUFFER_TOO_SMALL && again == need && first == 'u');
    CHECK(pec_verify_file_json(path, buffer, (size_t)-1, &again) == PEC_BAD_LENGTH && again == need);
    memset(buffer, '#', sizeof buffer);
    CHECK(pec_verify_file_json(path, buffer, need, &again) == PEC_OK && again == need);
    CHECK(buffer[need - 1] == 0 && buffer[need] == '#' && strlen(buffer) == need - 1);
    CHECK(strncmp(buffer, "{\"schema\":\"pec-verification/1\",\"file\":\"", 39) == 0 && strstr(buffer, "\"verdict\":\"intact-but-untrusted\"") != NULL);
    CHECK(pec_verify_file_json("nothing here", buffer, sizeof buffer, &need) == PEC_FILE);
    CHECK(pec_last_error_json(buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "{\"result\":11,\"code\":\"file.access\",\"layer\":\"file\",") == buffer);
    CHECK(strstr(buffer, "nothing here") != NULL);
    CHECK(pec_explain_flat("cms.digest_mismatch", PEC_LANGUAGE_IT, buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(need > 30 && pec_last_error_json(buffer, sizeof buffer, &need) == PEC_ABSENT);
    CHECK(pec_verify_bytes_json(verifier, (const uint8_t *)"x", 1, "x", 0, buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "\"verdict\":\"not-pec\"") != NULL);
}

static void *hammer(void *times)
{
    int left = *(const int *)times;
    while (left-- > 0) {
        pec_verification *verification = NULL;
        pec_verdict verdict = 0;
        if (pec_verify(verifier, message, 1772000000, &verification, NULL) != PEC_OK ||
            pec_verification_verdict(verification, &verdict) != PEC_OK || verdict == PEC_VERDICT_CERTIFIED)
            return &failures;
        pec_verification_free(verification);
    }
    return NULL;
}

static void threads(int times)
{
    pthread_t thread[8];
    int index;
    for (index = 0; index < 8; index++)
        CHECK(pthread_create(&thread[index], NULL, hammer, &times) == 0);
    for (index = 0; index < 8; index++) {
        void *failed = NULL;
        CHECK(pthread_join(thread[index], &failed) == 0 && failed == NULL);
    }
}

static int refused(void)
{
    pec_verification *verification = NULL;
    pec_error *error = NULL;
    int all = pec_verify(verifier, message, 0, &verification, &error) == PEC_FORKED && verification == NULL &&
              is_code(error, "process.forked") && pec_set_log(NULL, NULL) == PEC_FORKED;
    pec_message_free(message);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    return all;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    CHECK(pec_version_number() == PEC_VERSION_MAJOR * 1000000 + PEC_VERSION_MINOR * 1000 + PEC_VERSION_PATCH);
    CHECK(strcmp(pec_version(), PEC_VERSION) == 0);
    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK);
    CHECK(pec_verifier_new(trust, &verifier, NULL) == PEC_OK);
    CHECK(pec_message_parse_file(argv[1], &message, NULL) == PEC_OK);
    if (failures > 0)
        return 1;
    wrong_arguments();
    answers(argv[2]);
    looked_into();
    panics_and_log();
    flat(argv[1]);
    threads(argc > 3 ? atoi(argv[3]) : 25);
    in_a_child(refused);
    pec_message_free(message);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    return failures > 0;
}
