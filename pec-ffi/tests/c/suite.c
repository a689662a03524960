/* Does what a list of instructions says, one a line, and prints one line of JSON for each message and each dossier. The
 * list comes from the conformance cases; what is printed on one system or with one cryptographic library is compared with
 * what is printed on another.
 *
 *     suite PLAN
 *
 *     case NAME               begins a case: empty trust, no evidence, no ledger
 *     now SECONDS
 *     trust built-in | PATH
 *     anchor, intermediate, time-anchor, crl, ocsp PATH
 *     verify NAME PATH        a line of JSON
 *     own ADDRESS             a mailbox of the host; begins the ledger, as does `message`
 *     service                 take-charge receipts are visible
 *     message NAME PATH       verified and added to the ledger
 *     dossiers PLAIN-OR-ART-147   a line of JSON for each
 *     flat PATH               a line of JSON, by the flat call with the trust data of the library
 *
 * Paths of messages are given to the library as they stand, in UTF-8; the others are opened here and are ASCII.
 */
#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

static uint8_t file_bytes[1 << 20];
static const char *instruction = "";
static unsigned number = 0;

static pec_trust_store *trust;
static pec_evidence *evidence;
static pec_verifier *verifier;
static pec_ledger *ledger;
static int64_t now = 0;

static void fail(const char *why)
{
    fprintf(stderr, "suite: line %u, %s: %s\n", number, instruction, why);
    exit(1);
}

static void must(pec_result result)
{
    char json[4096];
    pec_str text;
    if (result == PEC_OK)
        return;
    if (pec_result_text(result, PEC_LANGUAGE_EN, &text) != PEC_OK)
        fail("an unknown result");
    snprintf(json, sizeof json, "%.*s", (int)text.len, text.data);
    fail(json);
}

static size_t load(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;
    if (file == NULL)
        fail(path);
    size = fread(file_bytes, 1, sizeof file_bytes, file);
    if (size == sizeof file_bytes || ferror(file))
        fail(path);
    fclose(file);
    return size;
}

static void begin(void)
{
    pec_trust_store_free(trust);
    pec_evidence_free(evidence);
    pec_verifier_free(verifier);
    pec_ledger_free(ledger);
    trust = NULL;
    evidence = NULL;
    verifier = NULL;
    ledger = NULL;
    must(pec_evidence_new(&evidence, NULL));
}

static void set_trust(const char *path)
{
    if (strcmp(path, "built-in") == 0) {
        must(pec_trust_store_built_in(&trust, NULL));
    } else {
        size_t size = load(path);
        must(pec_trust_store_from_json(file_bytes, size, &trust, NULL));
    }
}

static pec_verification *verified(const char *path)
{
    pec_message *message = NULL;
    pec_verification *verification = NULL;
    if (verifier == NULL) {
        must(pec_verifier_new(trust, &verifier, NULL));
        must(pec_verifier_set_evidence(verifier, evidence, NULL));
    }
    must(pec_message_parse_file(path, &message, NULL));
    must(pec_verify(verifier, message, now, &verification, NULL));
    pec_message_free(message);
    return verification;
}

static void print(pec_bytes bytes)
{
    if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len)
        fail("the output cannot be written");
    putchar('\n');
}

static void verify(const char *name, const char *path)
{
    pec_verification *verification = verified(path);
    pec_text *json = NULL;
    pec_bytes bytes;
    must(pec_verification_json(verification, name, &json, NULL));
    must(pec_text_bytes(json, &bytes));
    print(bytes);
    pec_text_free(json);
    pec_verification_free(verification);
}

static pec_ledger *of_case(void)
{
    if (ledger == NULL)
        must(pec_ledger_new(&ledger, NULL));
    return ledger;
}

static void add(const char *name, const char *path)
{
    pec_verification *verification = verified(path);
    must(pec_ledger_add(of_case(), verification, name, NULL));
    pec_verification_free(verification);
}

static void dossiers(const char *reading)
{
    pec_dossiers *all = NULL;
    pec_bytes bytes;
    size_t count = 0, index;
    must(pec_ledger_dossiers(of_case(), now, strcmp(reading, "art-147") == 0 ? PEC_READING_ART_147 : PEC_READING_PLAIN,
                             &all, NULL));
    must(pec_dossiers_count(all, &count));
    for (index = 0; index < count; index++) {
        must(pec_dossiers_json(all, index, &bytes));
        print(bytes);
    }
    pec_dossiers_free(all);
}

static void flat(const char *path)
{
    size_t need = 0;
    if (pec_verify_file_json(path, NULL, 0, &need) != PEC_BUFFER_TOO_SMALL || need > sizeof file_bytes)
        fail("the size is not told");
    must(pec_verify_file_json(path, (char *)file_bytes, need, &need));
    printf("%s\n", (const char *)file_bytes);
}

/* The rest of the line behind the first word. */
static int is(const char *line, const char *word, const char **rest)
{
    size_t length = strlen(word);
    if (strncmp(line, word, length) != 0 || (line[length] != ' ' && line[length] != 0))
        return 0;
    *rest = line[length] == ' ' ? line + length + 1 : "";
    return 1;
}

static void obey(char *line)
{
    const char *rest = "";
    char *path;
    size_t size;
    /* Names have no spaces, paths may. */
    if (is(line, "verify", &rest) || is(line, "message", &rest)) {
        path = strchr(line + (rest - line), ' ');
        if (path == NULL)
            fail("no path");
        *path++ = 0;
        if (line[0] == 'v')
            verify(rest, path);
        else
            add(rest, path);
    } else if (is(line, "case", &rest)) {
        begin();
        printf("%s\n", rest);
    } else if (is(line, "now", &rest)) {
        now = strtoll(rest, NULL, 10);
    } else if (is(line, "trust", &rest)) {
        set_trust(rest);
    } else if (is(line, "anchor", &rest)) {
        size = load(rest);
        must(pec_trust_store_add_host_anchor(trust, file_bytes, size, NULL));
    } else if (is(line, "intermediate", &rest)) {
        size = load(rest);
        must(pec_trust_store_add_intermediate(trust, file_bytes, size, NULL));
    } else if (is(line, "time-anchor", &rest)) {
        size = load(rest);
        must(pec_trust_store_add_time_stamp_anchor(trust, file_bytes, size, NULL));
    } else if (is(line, "crl", &rest)) {
        /* One that cannot be read says nothing. */
        size = load(rest);
        (void)pec_evidence_add_crl(evidence, file_bytes, size, NULL);
    } else if (is(line, "ocsp", &rest)) {
        size = load(rest);
        (void)pec_evidence_add_ocsp(evidence, file_bytes, size, NULL);
    } else if (is(line, "own", &rest)) {
        must(pec_ledger_add_own_mailbox(of_case(), rest, NULL));
    } else if (is(line, "service", &rest)) {
        must(pec_ledger_set_service_receipts(of_case(), PEC_SERVICE_RECEIPTS_VISIBLE, NULL));
    } else if (is(line, "dossiers", &rest)) {
        dossiers(rest);
    } else if (is(line, "flat", &rest)) {
        flat(rest);
    } else {
        fail("not understood");
    }
}

int main(int argc, char **argv)
{
    static char line[4096];
    FILE *plan = argc < 2 ? NULL : fopen(argv[1], "rb");
    if (plan == NULL) {
        fprintf(stderr, "usage: suite PLAN\n");
        return 2;
    }
#ifdef _WIN32
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    while (fgets(line, sizeof line, plan) != NULL) {
        line[strcspn(line, "\r\n")] = 0;
        instruction = line;
        number++;
        obey(line);
    }
    fclose(plan);
    begin();
    pec_evidence_free(evidence);
    return 0;
}
