/* Verifies one message: its verdict, what was found, and, when it is proof, what the provider certified.
 *
 *     cc verify.c $(pkg-config --cflags --libs pec) -o verify && ./verify message.eml [authority.pem]
 *
 * Ends with 0 when the message is certified, 1 when it is not, 2 when it could not be read.
 */
#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void print(const char *label, pec_str text) { printf("%s%.*s\n", label, (int)text.len, text.data); }

/* What went wrong, in English; the same object has it in Italian. */
static int failed(pec_error *error)
{
    pec_str text, evidence;
    if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "verify: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

/* Adds an authority that is not of the PEC system: tests have one. */
static pec_result add_authority(pec_trust_store *trust, const char *path, pec_error **error)
{
    static uint8_t bytes[64 * 1024];
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file != NULL)
        fclose(file);
    return pec_trust_store_add_host_anchor(trust, bytes, size, error);
}

static void show(const pec_verification *verification)
{
    pec_str text;
    size_t count, index;
    if (pec_verification_text(verification, PEC_ANSWER_TITLE_EN, &text) == PEC_OK)
        print("", text);
    if (pec_verification_text(verification, PEC_ANSWER_EXPLANATION_EN, &text) == PEC_OK)
        print("  ", text);
    if (pec_verification_text(verification, PEC_ANSWER_ANCHOR, &text) == PEC_OK)
        print("  authority: ", text);
    /* Refused with PEC_NOT_CERTIFIED unless it is proof. */
    if (pec_verification_certified(verification, PEC_CERTDATA_DELIVERED_TO, 0, &text) == PEC_OK)
        print("  delivered to: ", text);
    if (pec_verification_certified(verification, PEC_CERTDATA_UTC, 0, &text) == PEC_OK)
        print("  at: ", text);
    if (pec_verification_finding_count(verification, &count) != PEC_OK)
        return;
    for (index = 0; index < count; index++)
        if (pec_verification_finding(verification, index, PEC_FINDING_CODE, &text) == PEC_OK)
            print("  finding: ", text);
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_message *message = NULL;
    pec_verification *verification = NULL;
    pec_verdict verdict;
    int code = 2;

    if (argc < 2) {
        fprintf(stderr, "usage: verify MESSAGE [AUTHORITY]\n");
        return 2;
    }
    if (pec_trust_store_built_in(&trust, &error) != PEC_OK ||
        (argc > 2 && add_authority(trust, argv[2], &error) != PEC_OK) ||
        pec_verifier_new(trust, &verifier, &error) != PEC_OK ||
        pec_message_parse_file(argv[1], &message, &error) != PEC_OK ||
        pec_verify(verifier, message, (int64_t)time(NULL), &verification, &error) != PEC_OK) {
        code = failed(error);
    } else if (pec_verification_verdict(verification, &verdict) == PEC_OK) {
        show(verification);
        code = verdict == PEC_VERDICT_CERTIFIED || verdict == PEC_VERDICT_CERTIFIED_WITH_PROBLEMS ? 0 : 1;
    }
    pec_verification_free(verification);
    pec_message_free(message);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    return code;
}
