/* Reads every file of a folder, ties the receipts to the messages they speak of, and prints where each recipient stands.
 *
 *     cc link.c $(pkg-config --cflags --libs pec) -o link && ./link FOLDER [authority.pem]
 *
 * Ends with 0, or with 2 when something could not be read.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <pec.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int failed(pec_error *error)
{
    pec_str text, evidence;
    if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "link: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

static pec_result add_authority(pec_trust_store *trust, const char *path, pec_error **error)
{
    static uint8_t bytes[64 * 1024];
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file != NULL)
        fclose(file);
    return pec_trust_store_add_host_anchor(trust, bytes, size, error);
}

/* Verifies one file and gives it to the ledger. */
static pec_result add(pec_ledger *ledger, const pec_verifier *verifier, const char *path, const char *name,
                      pec_error **error)
{
    pec_message *message = NULL;
    pec_verification *verification = NULL;
    pec_result result = pec_message_parse_file(path, &message, error);
    if (result == PEC_OK)
        result = pec_verify(verifier, message, (int64_t)time(NULL), &verification, error);
    if (result == PEC_OK)
        result = pec_ledger_add(ledger, verification, name, error);
    pec_verification_free(verification);
    pec_message_free(message);
    return result;
}

static void show(const pec_dossiers *dossiers)
{
    size_t count = 0, recipients, dossier, index;
    pec_str subject, address, state;
    if (pec_dossiers_count(dossiers, &count) != PEC_OK)
        return;
    for (dossier = 0; dossier < count; dossier++) {
        if (pec_dossiers_text(dossiers, dossier, PEC_DOSSIER_SUBJECT, 0, &subject) == PEC_OK)
            printf("%.*s\n", (int)subject.len, subject.data);
        if (pec_dossiers_value_count(dossiers, dossier, PEC_DOSSIER_RECIPIENT_ADDRESS, &recipients) != PEC_OK)
            continue;
        for (index = 0; index < recipients; index++)
            if (pec_dossiers_text(dossiers, dossier, PEC_DOSSIER_RECIPIENT_ADDRESS, index, &address) == PEC_OK &&
                pec_dossiers_text(dossiers, dossier, PEC_DOSSIER_RECIPIENT_STATE, index, &state) == PEC_OK)
                printf("  %.*s: %.*s\n", (int)address.len, address.data, (int)state.len, state.data);
    }
}

int main(int argc, char **argv)
{
    pec_error *error = NULL;
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_ledger *ledger = NULL;
    pec_dossiers *dossiers = NULL;
    DIR *folder = argc < 2 ? NULL : opendir(argv[1]);
    int code = 0;

    if (folder == NULL) {
        fprintf(stderr, "usage: link FOLDER [AUTHORITY]\n");
        return 2;
    }
    if (pec_trust_store_built_in(&trust, &error) != PEC_OK ||
        (argc > 2 && add_authority(trust, argv[2], &error) != PEC_OK) ||
        pec_verifier_new(trust, &verifier, &error) != PEC_OK || pec_ledger_new(&ledger, &error) != PEC_OK) {
        code = failed(error);
    } else {
        struct dirent *entry;
        while ((entry = readdir(folder)) != NULL) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            if ((size_t)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name) >= sizeof path) {
                fprintf(stderr, "link: the name is too long: %s\n", entry->d_name);
                code = 2;
            } else if (add(ledger, verifier, path, entry->d_name, &error) != PEC_OK) {
                code = failed(error);
            }
        }
        if (pec_ledger_dossiers(ledger, (int64_t)time(NULL), PEC_READING_PLAIN, &dossiers, &error) == PEC_OK)
            show(dossiers);
        else
            code = failed(error);
    }
    closedir(folder);
    pec_dossiers_free(dossiers);
    pec_ledger_free(ledger);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    return code;
}
