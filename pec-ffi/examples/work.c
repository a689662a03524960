/* Verifies a file or a folder in the background and prints each verdict as it comes: the pattern for all long work.
 *
 *     cc work.c $(pkg-config --cflags --libs pec) -o work && ./work FOLDER [seconds]
 *
 * After so many seconds it is cancelled. Ends with 0 when all is done, 1 when it was cancelled, 2 when it failed.
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
        fprintf(stderr, "work: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

/* Prints an event; -1 to go on, else the code to end with. */
static int show(const pec_event *event)
{
    pec_event_kind kind;
    pec_error *error = NULL;
    pec_str name = {"", 0}, text = {"", 0};
    uint64_t done = 0, total = 0;
    if (pec_event_what(event, &kind) != PEC_OK || pec_event_progress(event, &done, &total) != PEC_OK)
        return 2;
    switch (kind) {
    case PEC_EVENT_MESSAGE:
    case PEC_EVENT_UNREAD:
        if (pec_event_text(event, PEC_EVENT_NAME, &name) != PEC_OK ||
            pec_event_text(event, kind == PEC_EVENT_MESSAGE ? PEC_EVENT_VERDICT : PEC_EVENT_REASON_EN, &text) != PEC_OK)
            return 2;
        printf("%llu/%llu %.*s: %.*s\n", (unsigned long long)done, (unsigned long long)total, (int)name.len, name.data,
               (int)text.len, text.data);
        return -1;
    case PEC_EVENT_FINISHED:
        return 0;
    case PEC_EVENT_CANCELLED:
        return 1;
    case PEC_EVENT_FAILED:
        return pec_event_failure(event, &error) == PEC_OK ? failed(error) : 2;
    default:
        /* A kind of a later version. */
        return -1;
    }
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_work *work = NULL;
    time_t begun = time(NULL);
    long limit = argc > 2 ? atol(argv[2]) : -1;
    int code = -1;

    if (argc < 2) {
        fprintf(stderr, "usage: work FOLDER [SECONDS]\n");
        return 2;
    }
    if (pec_trust_store_built_in(&trust, &error) != PEC_OK || pec_verifier_new(trust, &verifier, &error) != PEC_OK ||
        pec_work_verify(verifier, argv[1], (int64_t)begun, 0, &work, &error) != PEC_OK)
        code = failed(error);
    while (code == -1) {
        pec_event *event = NULL;
        pec_result result = pec_event_next(work, 100, &event);
        if (result == PEC_OK)
            code = show(event);
        else if (result != PEC_TIMEOUT)
            code = 2;
        if (limit >= 0 && time(NULL) - begun >= limit && pec_work_cancel(work) != PEC_OK)
            code = 2;
        pec_event_free(event);
    }
    pec_work_free(work);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    return code;
}
