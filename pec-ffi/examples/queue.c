/* Writes a message with one file, says why a provider would refuse it, and queues it in an archive, once for its key.
 *
 *     cc queue.c $(pkg-config --cflags --libs pec) -o queue
 *     ./queue ARCHIVE KEY FROM TO SUBJECT FILE
 *
 * Whoever sends from the mailbox next sends it. Asked again with the same key, it is not written anew. Ends with 0 when it is
 * queued, or was; 1 when a provider would refuse it; 2 when something failed.
 */
#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int failed(pec_error *error)
{
    pec_str text, evidence;
    if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "queue: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

/* Everything that is known before sending; 1 when a provider would refuse it. */
static int judge(const pec_draft *draft, const pec_conditions *conditions)
{
    pec_refusals *refusals = NULL;
    pec_error *error = NULL;
    pec_str weight, detail, text;
    uint32_t refused = 1;
    size_t count = 0, at;
    if (pec_draft_refusals(draft, conditions, &refusals, &error) != PEC_OK)
        return failed(error);
    if (pec_refusals_count(refusals, &count) != PEC_OK || pec_refusals_is_refused(refusals, &refused) != PEC_OK)
        count = 0;
    for (at = 0; at < count; at++)
        if (pec_refusals_text(refusals, at, PEC_REFUSAL_WEIGHT, &weight) == PEC_OK &&
            pec_refusals_text(refusals, at, PEC_REFUSAL_DETAIL, &detail) == PEC_OK &&
            pec_refusals_text(refusals, at, PEC_REFUSAL_TEXT_EN, &text) == PEC_OK)
            printf("%.*s: %.*s (%.*s)\n", (int)weight.len, weight.data, (int)text.len, text.data, (int)detail.len, detail.data);
    pec_refusals_free(refusals);
    return (int)refused;
}

/* The file at `path`, of 50 MiB at most; NULL when it cannot be read. */
static uint8_t *read_file(const char *path, size_t *len)
{
    const size_t most = (size_t)50 << 20;
    uint8_t *bytes = (uint8_t *)malloc(most);
    FILE *file = fopen(path, "rb");
    *len = file != NULL && bytes != NULL ? fread(bytes, 1, most, file) : 0;
    if (file != NULL)
        fclose(file);
    if (*len == 0 || *len == most) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* Only where nothing is there an archive is made. */
static pec_result open_or_make(const char *path, pec_archive **archive, pec_error **error)
{
    pec_result result = pec_archive_open(path, archive, error);
    if (result != PEC_ARCHIVE_MISSING)
        return result;
    pec_error_free(*error);
    *error = NULL;
    return pec_archive_create(path, archive, error);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_intake *intake = NULL;
    pec_archive *archive = NULL;
    pec_conditions *law = NULL;
    pec_draft *draft = NULL;
    pec_composed *composed = NULL;
    pec_text *ticket = NULL;
    pec_bytes said;
    uint8_t *file = NULL;
    size_t len = 0;
    int64_t now = (int64_t)time(NULL);
    int code = 2;

    if (argc < 7) {
        fprintf(stderr, "usage: queue ARCHIVE KEY FROM TO SUBJECT FILE\n");
        return 2;
    }
    if (pec_trust_store_built_in(&trust, &error) != PEC_OK || pec_intake_new(trust, &intake, &error) != PEC_OK ||
        pec_conditions_new(&law, &error) != PEC_OK || open_or_make(argv[1], &archive, &error) != PEC_OK) {
        failed(error);
        goto end;
    }
    /* The key stands for one message for ever: what is there is asked for, not written anew. */
    if (pec_archive_ticket(archive, argv[3], argv[2], &ticket, NULL) != PEC_OK) {
        file = read_file(argv[6], &len);
        if (file == NULL) {
            fprintf(stderr, "queue: %s cannot be read, or is empty or too large\n", argv[6]);
            goto end;
        }
        if (pec_draft_new(argv[3], "", argv[5], &draft, &error) != PEC_OK ||
            pec_draft_add_recipient(draft, PEC_ADDRESSED_TO, argv[4], "", &error) != PEC_OK ||
            pec_draft_set(draft, PEC_DRAFT_TEXT, "In allegato.\n", &error) != PEC_OK ||
            pec_draft_attach(draft, name_of(argv[6]), "", file, len, &error) != PEC_OK) {
            failed(error);
            goto end;
        }
        code = judge(draft, law);
        if (code != 0)
            goto end;
        code = 2;
        if (pec_draft_compose(draft, now, (const uint8_t *)"", 0, &composed, &error) != PEC_OK ||
            pec_archive_queue_composed(archive, intake, argv[3], argv[2], composed, law, now, &ticket, &error) != PEC_OK) {
            failed(error);
            goto end;
        }
    }
    if (pec_text_bytes(ticket, &said) == PEC_OK) {
        printf("%.*s\n", (int)said.len, (const char *)said.data);
        code = 0;
    }
end:
    free(file);
    pec_text_free(ticket);
    pec_composed_free(composed);
    pec_draft_free(draft);
    pec_conditions_free(law);
    pec_archive_free(archive);
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return code;
}
