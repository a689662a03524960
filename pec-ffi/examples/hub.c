/* Looks at every mailbox of a table, brings in what is new, and prints how each stands: one line of JSON each.
 *
 *   hub ARCHIVE SECRETS TABLE [ROOT.pem]...
 *
 * ARCHIVE is made where there is none. SECRETS is the file of passwords, under the passphrase in the environment variable
 * PEC_PASSPHRASE. TABLE is the mailboxes, as a spreadsheet writes them (CSV). ROOT.pem are authorities for TLS beside the public
 * ones. Ends with 0 when every mailbox was looked at, whatever came of it, 2 when it could not run.
 */
#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(pec_error *error)
{
    pec_str text = {"", 0}, evidence = {"", 0};
    pec_error_text(error, PEC_ERROR_TEXT_EN, &text);
    pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence);
    fprintf(stderr, "%.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

static void print(pec_text *text)
{
    pec_bytes bytes;
    if (pec_text_bytes(text, &bytes) == PEC_OK)
        fwrite(bytes.data, 1, bytes.len, stdout);
    pec_text_free(text);
}

/* The settings of the hub: authorities beside the public ones. */
static char *settings(int count, char **roots)
{
    size_t room = 32;
    char *json;
    int at;
    for (at = 0; at < count; at++)
        room += 2 * strlen(roots[at]) + 4;
    json = (char *)malloc(room);
    if (json == NULL)
        return NULL;
    strcpy(json, "{\"roots\":[");
    for (at = 0; at < count; at++) {
        char *end = json + strlen(json);
        const char *from = roots[at];
        *end++ = at == 0 ? '"' : ',';
        if (at > 0)
            *end++ = '"';
        for (; *from != 0; from++) {
            if (*from == '"' || *from == '\\')
                *end++ = '\\';
            *end++ = *from;
        }
        *end++ = '"';
        *end = 0;
    }
    return strcat(json, "]}");
}

/* Waits for the end of a work. */
static int wait_for(pec_work *work, pec_error **error)
{
    pec_event *event = NULL;
    pec_event_kind kind = PEC_EVENT_PROGRESS;
    while (kind != PEC_EVENT_FINISHED) {
        pec_result result = pec_event_next(work, 1000, &event);
        if (result == PEC_TIMEOUT)
            continue;
        if (result != PEC_OK || pec_event_what(event, &kind) != PEC_OK)
            return 0;
        if (kind == PEC_EVENT_FAILED)
            pec_event_failure(event, error);
        pec_event_free(event);
        if (kind == PEC_EVENT_FAILED || kind == PEC_EVENT_CANCELLED)
            return 0;
    }
    return 1;
}

static int look(pec_hub *hub, const uint8_t *table, size_t len)
{
    pec_error *error = NULL;
    pec_text *text = NULL;
    pec_work *work = NULL;
    if (pec_hub_import_csv(hub, table, len, 1, &text, &error) != PEC_OK)
        return fail(error);
    print(text);
    puts("");
    if (pec_work_refresh(hub, "{\"budget_ms\":60000}", &work, &error) != PEC_OK)
        return fail(error);
    if (!wait_for(work, &error)) {
        pec_work_free(work);
        return fail(error);
    }
    if (pec_work_report(work, &text, NULL) == PEC_OK)
        print(text);
    pec_work_free(work);
    if (pec_hub_mailboxes(hub, PEC_HUB_ALL, PEC_SORT_NEW, &text, &error) != PEC_OK)
        return fail(error);
    print(text);
    return 0;
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_intake *intake = NULL;
    pec_archive *archive = NULL;
    pec_secrets *secrets = NULL;
    pec_hub *hub = NULL;
    const char *passphrase = getenv("PEC_PASSPHRASE");
    static uint8_t table[1 << 20];
    size_t len = 0;
    FILE *file;
    char *json;
    int code = 2;
    if (argc < 4 || passphrase == NULL) {
        fprintf(stderr, "PEC_PASSPHRASE=... %s ARCHIVE SECRETS TABLE [ROOT.pem]...\n", argc > 0 ? argv[0] : "hub");
        return 2;
    }
    file = fopen(argv[3], "rb");
    if (file == NULL) {
        perror(argv[3]);
        return 2;
    }
    len = fread(table, 1, sizeof table, file);
    fclose(file);
    json = settings(argc - 4, argv + 4);
    if (pec_archive_open(argv[1], &archive, &error) != PEC_OK && pec_error_result(error) == PEC_ARCHIVE_MISSING) {
        pec_error_free(error);
        error = NULL;
        pec_archive_create(argv[1], &archive, &error);
    }
    if (json == NULL || archive == NULL || pec_trust_store_built_in(&trust, &error) != PEC_OK ||
        pec_intake_new(trust, &intake, &error) != PEC_OK ||
        pec_secrets_open_with_passphrase(argv[2], passphrase, &secrets, &error) != PEC_OK ||
        pec_hub_open(archive, intake, secrets, json, &hub, &error) != PEC_OK)
        fail(error);
    else
        code = look(hub, table, len);
    free(json);
    pec_hub_free(hub);
    pec_secrets_free(secrets);
    pec_archive_free(archive);
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return code;
}
