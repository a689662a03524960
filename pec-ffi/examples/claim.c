/* Takes something in charge in the name of a user, or says why not.
 *
 *     cc claim.c $(pkg-config --cflags --libs pec) -o claim
 *     ./claim ARCHIVE USER ITEM UNTIL
 *
 * UNTIL is a time such as 2026-03-01T16:00:00Z. Of several who try at once, in this program and in others, one gets it. Ends with 0
 * when it is the user's; 1 when it was refused, which the log of the archive says too; 2 when something failed.
 */
#include <pec.h>
#include <stdio.h>
#include <time.h>

static int failed(pec_error *error)
{
    pec_str text, evidence, reason, missing, why;
    int code = 2;
    if (pec_error_result(error) == PEC_ARCHIVE_DENIED && pec_error_text(error, PEC_ERROR_REASON, &reason) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_MISSING, &missing) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_REASON_EN, &why) == PEC_OK) {
        printf("refused: %.*s %.*s: %.*s\n", (int)reason.len, reason.data, (int)missing.len, missing.data, (int)why.len, why.data);
        code = 1;
    } else if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
               pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "claim: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return code;
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_archive *archive = NULL, *acting = NULL;
    pec_text *events = NULL;
    pec_bytes lines;
    char command[1000];
    int code = 0;

    if (argc != 5) {
        fprintf(stderr, "usage: claim ARCHIVE USER ITEM UNTIL\n");
        return 2;
    }
    /* What has quotation marks in it needs a library for JSON; a name of the host's has none. */
    snprintf(command, sizeof command, "{\"command\":\"claim\",\"item\":\"%s\",\"until\":\"%s\"}", argv[3], argv[4]);
    if (pec_archive_open(argv[1], &archive, &error) != PEC_OK || pec_archive_as(archive, argv[2], &acting, &error) != PEC_OK ||
        pec_archive_act(acting, command, (int64_t)time(NULL), &events, &error) != PEC_OK)
        code = failed(error);
    else if (pec_text_bytes(events, &lines) == PEC_OK)
        printf("%.*s", (int)lines.len, (const char *)lines.data);
    pec_text_free(events);
    pec_archive_free(acting);
    pec_archive_free(archive);
    return code;
}
