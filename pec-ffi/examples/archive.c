/* Puts a folder into an archive, searches it, writes everything that proves the first transaction it finds into one file, and
 * verifies that file as somebody else would who has nothing but it.
 *
 *     cc archive.c $(pkg-config --cflags --libs pec) -o archive
 *     ./archive ARCHIVE FOLDER BUNDLE.zip QUERY [ANCHOR.pem] [NOW]
 *
 * The archive is made where there is none. Ends with 0 when the bundle is intact and every receipt in it certified, 1 when it
 * is not or nothing is found, 2 when something failed.
 */
#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int failed(pec_error *error)
{
    pec_str text, evidence;
    if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "archive: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

/* A small file, whole; NULL when it cannot be read. */
static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long size;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        bytes = (uint8_t *)malloc((size_t)size + 1);
        *len = bytes == NULL ? 0 : fread(bytes, 1, (size_t)size, file);
        if (bytes != NULL && *len != (size_t)size) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

static pec_result open_or_create(const char *path, pec_archive **archive, pec_error **error)
{
    pec_result result = pec_archive_open(path, archive, error);
    if (result != PEC_ARCHIVE_MISSING)
        return result;
    pec_error_free(*error);
    *error = NULL;
    return pec_archive_create(path, archive, error);
}

/* Waits for work, and shows how far it is. */
static int wait_for(const pec_work *work)
{
    for (;;) {
        pec_event *event = NULL;
        pec_event_kind kind;
        pec_error *error = NULL;
        uint64_t done = 0, total = 0;
        int code = -1;
        pec_result result = pec_event_next(work, 1000, &event);
        if (result == PEC_TIMEOUT)
            continue;
        if (result != PEC_OK || pec_event_what(event, &kind) != PEC_OK)
            code = 2;
        else if (kind == PEC_EVENT_PROGRESS && pec_event_progress(event, &done, &total) == PEC_OK)
            fprintf(stderr, "\r%llu/%llu", (unsigned long long)done, (unsigned long long)total);
        else if (kind == PEC_EVENT_FINISHED)
            code = 0;
        else if (kind == PEC_EVENT_CANCELLED)
            code = 1;
        else if (kind == PEC_EVENT_FAILED)
            code = pec_event_failure(event, &error) == PEC_OK ? failed(error) : 2;
        pec_event_free(event);
        if (code >= 0) {
            fprintf(stderr, "\n");
            return code;
        }
    }
}

/* Takes a folder in, and prints what came of it. */
static int take_in(const pec_archive *archive, const pec_intake *intake, const char *folder, int64_t now)
{
    pec_work *work = NULL;
    pec_text *report = NULL, *stats = NULL;
    pec_bytes bytes;
    pec_error *error = NULL;
    int code;
    if (pec_work_import(archive, intake, folder, now, 0, &work, &error) != PEC_OK)
        return failed(error);
    code = wait_for(work);
    if (code == 0) {
        if (pec_work_report(work, &report, &error) != PEC_OK || pec_archive_stats(archive, &stats, &error) != PEC_OK)
            code = failed(error);
        else if (pec_text_bytes(report, &bytes) == PEC_OK)
            printf("new messages: %.*s\n", (int)bytes.len, (const char *)bytes.data);
    }
    pec_text_free(stats);
    pec_text_free(report);
    pec_work_free(work);
    return code;
}

/* The identificativo of the first message that a query finds, for which the caller calls free(); 1 when there is none. */
static int first_transaction(const pec_archive *archive, const char *query, char **found)
{
    pec_page *page = NULL;
    pec_text *shown = NULL;
    pec_error *error = NULL;
    pec_bytes bytes;
    pec_str text;
    size_t count = 0, begin, end;
    if (pec_archive_search(archive, query, 0, 10, &page, &error) != PEC_OK) {
        if (pec_query_explain(query, PEC_LANGUAGE_EN, &begin, &end, &shown, NULL) == PEC_OK &&
            pec_text_bytes(shown, &bytes) == PEC_OK)
            fprintf(stderr, "%.*s\n", (int)bytes.len, (const char *)bytes.data);
        pec_text_free(shown);
        return failed(error);
    }
    if (pec_page_count(page, &count) == PEC_OK && count > 0) {
        if (pec_page_text(page, 0, PEC_ENTRY_SUBJECT, 0, &text) == PEC_OK)
            printf("found: %.*s\n", (int)text.len, text.data);
        if (pec_page_text(page, 0, PEC_ENTRY_PEC_ID, 0, &text) == PEC_OK) {
            *found = (char *)malloc(text.len + 1);
            if (*found != NULL)
                snprintf(*found, text.len + 1, "%.*s", (int)text.len, text.data);
        }
    }
    pec_page_free(page);
    return *found == NULL ? 1 : 0;
}

/* Writes the bundle of a transaction, and verifies what was written. */
static int prove(const pec_archive *archive, const pec_trust_store *trust, const char *transaction, const char *path, int64_t now)
{
    pec_blob *bundle = NULL;
    pec_proof *proof = NULL;
    pec_error *error = NULL;
    pec_bytes bytes;
    uint8_t *read = NULL;
    uint32_t sound = 0;
    size_t len = 0;
    FILE *file;
    int code = 2;
    if (pec_archive_bundle(archive, trust, transaction, now, &bundle, &error) != PEC_OK)
        return failed(error);
    file = fopen(path, "wb");
    if (file != NULL && pec_blob_bytes(bundle, &bytes) == PEC_OK) {
        size_t written = fwrite(bytes.data, 1, bytes.len, file);
        if (fclose(file) == 0 && written == bytes.len)
            read = read_file(path, &len);
    }
    if (read == NULL)
        fprintf(stderr, "archive: %s cannot be written\n", path);
    else if (pec_proof_check(trust, read, len, now, &proof, &error) != PEC_OK)
        code = failed(error);
    else if (pec_proof_is_sound(proof, &sound) == PEC_OK) {
        printf("%s: %s\n", path, sound ? "intact and certified" : "NOT PROVEN");
        code = sound ? 0 : 1;
    }
    pec_proof_free(proof);
    pec_blob_free(bundle);
    free(read);
    return code;
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_intake *intake = NULL;
    pec_archive *archive = NULL;
    uint8_t *anchor = NULL;
    char *transaction = NULL;
    size_t len = 0;
    int64_t now = argc > 6 ? (int64_t)atoll(argv[6]) : (int64_t)time(NULL);
    int code;

    if (argc < 5) {
        fprintf(stderr, "usage: archive ARCHIVE FOLDER BUNDLE.zip QUERY [ANCHOR.pem] [NOW]\n");
        return 2;
    }
    if (argc > 5 && (anchor = read_file(argv[5], &len)) == NULL) {
        fprintf(stderr, "archive: %s cannot be read\n", argv[5]);
        return 2;
    }
    if (pec_trust_store_built_in(&trust, &error) != PEC_OK ||
        (anchor != NULL && pec_trust_store_add_host_anchor(trust, anchor, len, &error) != PEC_OK) ||
        pec_intake_new(trust, &intake, &error) != PEC_OK || open_or_create(argv[1], &archive, &error) != PEC_OK)
        code = failed(error);
    else if ((code = take_in(archive, intake, argv[2], now)) == 0 &&
             (code = first_transaction(archive, argv[4], &transaction)) == 0)
        code = prove(archive, trust, transaction, argv[3], now);
    free(transaction);
    free(anchor);
    pec_archive_free(archive);
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return code;
}
