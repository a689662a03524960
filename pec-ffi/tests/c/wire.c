/* Mailboxes on servers from the other side: passwords in a file and with the host, hubs, works over connections that go well,
 * are refused, are cancelled, are freed while they go on. The arguments: an empty folder; then, where a server is there, its IMAP
 * and SMTP servers as HOST:PORT, the files of their authorities and of the authority of the providers, and an address whose
 * password is "pec" and in whose inbox two messages are. Ends with 0 when all is as it should be. */
#include "check.h"
#include <stdlib.h>

#define NOW ((int64_t)1770800000)
#define PLACE 3000

static char path[4][4200];
static pec_intake *intake;
static pec_archive *archive;
static uint8_t key[32] = {7};

/* Whether the last text that was looked into was empty. */
static int is_empty;

static int contains(pec_text *text, const char *part)
{
    pec_bytes bytes = {(const uint8_t *)"", 0};
    char *copy;
    int found;
    CHECK(pec_text_bytes(text, &bytes) == PEC_OK);
    copy = (char *)malloc(bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = 0;
    is_empty = bytes.len == 0;
    found = strstr(copy, part) != NULL;
    if (!found)
        fprintf(stderr, "no %s in: %s\n", part, copy);
    free(copy);
    pec_text_free(text);
    return found;
}

static pec_credential *credential_of(const char *login, const char *password)
{
    pec_credential *credential = NULL;
    CHECK(pec_credential_new(login, password, &credential, NULL) == PEC_OK);
    return credential;
}

static pec_secrets *secrets_of(void)
{
    pec_secrets *secrets = NULL;
    CHECK(pec_secrets_open(path[1], key, sizeof key, &secrets, NULL) == PEC_OK);
    return secrets;
}

static void credentials(void)
{
    pec_credential *credential = credential_of("ditta@pec.example", "pàsswörd");
    pec_secrets *secrets = secrets_of(), *other = NULL;
    pec_error *error = NULL;
    pec_text *text = NULL;
    pec_str str;
    uint8_t wrong[32] = {8};
    uint32_t was = 9;
    CHECK(pec_credential_set_origin(credential, 9, NULL) == PEC_BAD_VALUE);
    CHECK(pec_credential_set_origin(credential, PEC_ORIGIN_GENERATED, NULL) == PEC_OK);
    CHECK(pec_credential_set_expires(credential, NOW, NULL) == PEC_OK);
    CHECK(pec_credential_set_renewal(credential, "il titolare", NULL) == PEC_OK);
    CHECK(pec_secrets_put(secrets, "DITTA@pec.example", 7, credential, NULL) == PEC_BAD_VALUE);
    CHECK(pec_secrets_put(secrets, "DITTA@pec.example", PEC_SECRET_FIELD_ACCESS, credential, NULL) == PEC_OK);
    pec_credential_free(credential);
    CHECK(pec_secrets_open(path[1], wrong, sizeof wrong, &other, &error) == PEC_SECRET_KEY && is_code(error, "secret.key"));
    CHECK(pec_secrets_open(path[1], key, 31, &other, NULL) == PEC_ARCHIVE_VALUE && other == NULL);
    CHECK(pec_secrets_open_with_passphrase(path[1], "x", &other, NULL) == PEC_SECRET_KEY && other == NULL);
    CHECK(pec_secrets_get(secrets, "ditta@pec.example", PEC_SECRET_FIELD_SUBMISSION, &credential, NULL) == PEC_ABSENT);
    CHECK(pec_secrets_get(secrets, "ditta@pec.example", PEC_SECRET_FIELD_ACCESS, &credential, NULL) == PEC_OK);
    CHECK(pec_credential_login(credential, &str) == PEC_OK && is(str, "ditta@pec.example"));
    CHECK(pec_credential_secret(credential, &str) == PEC_OK && is(str, "pàsswörd"));
    pec_credential_free(credential);
    CHECK(pec_secrets_list(secrets, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"mailbox\":\"ditta@pec.example\",\"field\":\"access\",\"login\":\"ditta@pec.example\",\"origin\":\"generated\""));
    CHECK(pec_secrets_remove(secrets, "ditta@pec.example", PEC_SECRET_FIELD_ACCESS, &was, NULL) == PEC_OK && was == 1);
    CHECK(pec_secrets_remove(secrets, "ditta@pec.example", PEC_SECRET_FIELD_ACCESS, &was, NULL) == PEC_OK && was == 0);
    pec_secrets_free(secrets);
    CHECK(pec_secrets_open_with_passphrase(path[2], "cavallo", &secrets, NULL) == PEC_OK);
    pec_secrets_free(secrets);
}

/* A store of the host's with one place. */
typedef struct {
    char login[64], secret[64];
    int there, broken;
} vault;

static uint32_t vault_get(void *userdata, const char *mailbox, uint32_t field, pec_credential **out)
{
    vault *it = (vault *)userdata;
    if (it->broken)
        return 5;
    if (it->there && strcmp(mailbox, "ditta@pec.example") == 0 && field == PEC_SECRET_FIELD_ACCESS)
        return pec_credential_new(it->login, it->secret, out, NULL) != PEC_OK;
    return 0;
}

static uint32_t vault_put(void *userdata, const char *mailbox, uint32_t field, const pec_credential *credential)
{
    vault *it = (vault *)userdata;
    pec_str login, secret;
    (void)mailbox, (void)field;
    if (pec_credential_login(credential, &login) != PEC_OK || pec_credential_secret(credential, &secret) != PEC_OK)
        return 1;
    memcpy(it->login, login.data, login.len);
    memcpy(it->secret, secret.data, secret.len);
    it->there = 1;
    return 0;
}

static uint32_t vault_remove(void *userdata, const char *mailbox, uint32_t field, uint32_t *was)
{
    vault *it = (vault *)userdata;
    (void)mailbox, (void)field;
    *was = (uint32_t)it->there;
    it->there = 0;
    return 0;
}

static void host_store(void)
{
    vault kept;
    pec_secrets *secrets = NULL;
    pec_credential *credential = credential_of("x", "segreta"), *found = NULL;
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_str str;
    uint32_t was = 9;
    memset(&kept, 0, sizeof kept);
    CHECK(pec_secrets_host(&kept, vault_get, vault_put, vault_remove, &secrets, NULL) == PEC_OK);
    CHECK(pec_secrets_get(secrets, "Ditta@pec.example", 0, &found, NULL) == PEC_ABSENT);
    CHECK(pec_secrets_put(secrets, "ditta@pec.example", 0, credential, NULL) == PEC_OK);
    pec_credential_free(credential);
    CHECK(pec_secrets_get(secrets, "Ditta@pec.example", 0, &found, NULL) == PEC_OK);
    CHECK(pec_credential_secret(found, &str) == PEC_OK && is(str, "segreta"));
    pec_credential_free(found);
    kept.broken = 1;
    CHECK(pec_secrets_get(secrets, "ditta@pec.example", 0, &found, &error) == PEC_SECRET_STORE && is_code(error, "secret.store"));
    CHECK(pec_secrets_list(secrets, &text, NULL) == PEC_SECRET_STORE);
    CHECK(pec_secrets_remove(secrets, "ditta@pec.example", 0, &was, NULL) == PEC_OK && was == 1);
    pec_secrets_free(secrets);
}

/* Waits for the end of a work; a report that an event brings is kept. Gives the kind of the last event. */
static pec_event_kind last(pec_work *work, const char *code, const char *reported)
{
    pec_event_kind kind = PEC_EVENT_MESSAGE;
    pec_event *event = NULL;
    pec_error *error = NULL;
    pec_str text;
    pec_result result;
    do {
        result = pec_event_next(work, 60000, &event);
        CHECK(result == PEC_OK);
        if (result != PEC_OK)
            return kind;
        CHECK(pec_event_what(event, &kind) == PEC_OK);
        if (kind == PEC_EVENT_REPORT) {
            CHECK(pec_event_text(event, PEC_EVENT_JSON, &text) == PEC_OK && text.len > 20);
            CHECK(reported != NULL && memcmp(text.data, reported, strlen(reported)) == 0);
            CHECK(pec_work_cancel(work) == PEC_OK);
        }
        if (kind == PEC_EVENT_FAILED) {
            CHECK(pec_event_failure(event, &error) == PEC_OK && is_code(error, code == NULL ? "none" : code));
        }
        pec_event_free(event);
    } while (kind != PEC_EVENT_FINISHED && kind != PEC_EVENT_CANCELLED && kind != PEC_EVENT_FAILED);
    return kind;
}

/* Whether a work comes to a report with these words. */
static int comes_to(pec_work *work, const char *words)
{
    pec_text *text = NULL;
    int fine = last(work, NULL, NULL) == PEC_EVENT_FINISHED && pec_work_report(work, &text, NULL) == PEC_OK;
    pec_work_free(work);
    return fine && contains(text, words);
}

/* Rules act on what has come in since they began, and what comes in is put into a Maildir as well. */
static void acting(pec_hub *hub)
{
    static const char toml[] = "[[rule]]\nname = \"contratti\"\nquery = \"oggetto:contratto\"\nfile = [\"Contratti\"]\n"
                               "forward = [\"altri@pec.example\"]\n";
    static const char old[] = "Date: Mon, 9 Feb 2015 10:15:28 +0100\r\nSubject: Contratto\r\n\r\nvecchio\r\n";
    static const char new[] = "From: x@y.example\r\nSubject: Contratto\r\n\r\nnuovo\r\n";
    const char *const both[2] = {old, new};
    pec_rules *rules = NULL;
    pec_error *error = NULL;
    pec_text *text = NULL;
    pec_work *work = NULL;
    pec_ids *ids = NULL;
    char to[4400];
    int at;
    CHECK(pec_rules_read("[[rule]]\nname = \"a\"\nforvard = []\n", &rules, &error) == PEC_WIRE_VALUE && is_code(error, "wire.value"));
    CHECK(pec_rules_read(toml, &rules, NULL) == PEC_OK);
    CHECK(pec_hub_begin_rules(hub, NULL) == PEC_OK);
    snprintf(to, sizeof to, "{\"maildir\":\"%s-posta\"}", path[3]);
    CHECK(pec_work_relay_new(hub, "ditta@pec.example", "{}", &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_relay_new(hub, "ditta@pec.example", "{\"mailbox\":\"nessuno@pec.example\"}", &work, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_work_relay_new(hub, "ditta@pec.example", to, &work, NULL) == PEC_OK && comes_to(work, "\"report\":\"delivered\",\"mailbox\":\"ditta@pec.example\",\"relayed\":[],\"problem\":null}"));
    CHECK(pec_intake_set_mailbox(intake, "ditta@pec.example", NULL) == PEC_OK);
    for (at = 0; at < 2; at++) {
        CHECK(pec_archive_put(archive, intake, (const uint8_t *)both[at], strlen(both[at]), NOW, &ids, NULL) == PEC_OK);
        pec_ids_free(ids);
    }
    CHECK(pec_intake_set_mailbox(intake, "", NULL) == PEC_OK);
    CHECK(pec_hub_apply_rules(hub, rules, &text, NULL) == PEC_OK && contains(text, "\"report\":\"filed\""));
    CHECK(pec_hub_apply_rules(hub, rules, &text, NULL) == PEC_OK && contains(text, "") && is_empty == 1);
    pec_rules_free(rules);
    CHECK(pec_hub_act_on_events(hub, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"outcome\":\"old\",\"mailbox\":null"));
    CHECK(pec_hub_act_on_events(hub, &text, NULL) == PEC_OK && contains(text, "") && is_empty == 1);
    CHECK(pec_archive_tickets(archive, "ditta@pec.example", "queued", 0, 9, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"recipients\":[\"altri@pec.example\"]"));
    CHECK(pec_work_relay_new(hub, "ditta@pec.example", to, &work, NULL) == PEC_OK && comes_to(work, "\"read_back\":true,\"problem\":null}],\"problem\":null}"));
    CHECK(pec_work_relay_new(hub, "ditta@pec.example", to, &work, NULL) == PEC_OK && comes_to(work, "\"relayed\":[],\"problem\":null}"));
}

/* A gateway that listens until it is cancelled, or freed. */
static void gateway(pec_hub *hub)
{
    static const char settings[] = "{\"listen\":\"127.0.0.1:0\",\"send\":false}";
    pec_credential *login = credential_of("ditta@pec.example", "del gestionale"), *every = credential_of("erp", "di tutte quante");
    pec_credential *brief = credential_of("ditta@pec.example", "breve"), *other = credential_of("altri@pec.example", "del gestionale");
    pec_error *error = NULL;
    pec_work *work = NULL;
    uint32_t was = 9;
    CHECK(pec_hub_set_gateway_login(hub, brief, 0, &error) == PEC_WIRE_VALUE && is_code(error, "wire.value"));
    CHECK(pec_hub_set_gateway_login(hub, other, 0, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_hub_set_gateway_login(hub, login, 0, NULL) == PEC_OK && pec_hub_set_gateway_login(hub, every, 1, NULL) == PEC_OK);
    CHECK(pec_work_gateway(hub, "{\"listen\":\"ovunque\"}", &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_gateway(hub, "{\"tls_key\":\"x\"}", &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_gateway(hub, "{\"deliver\":[{\"from\":\"ditta@pec.example\",\"to\":{}}]}", &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_gateway(hub, "{\"listen\":\"0.0.0.0:0\"}", &work, NULL) == PEC_OK);
    CHECK(last(work, "wire.value", NULL) == PEC_EVENT_FAILED);
    pec_work_free(work);
    CHECK(pec_work_gateway(hub, settings, &work, NULL) == PEC_OK);
    CHECK(last(work, NULL, "{\"schema\":\"pec-wire/1\",\"report\":\"gateway\",\"event\":\"listening\",\"address\":\"127.0.0.1:") == PEC_EVENT_CANCELLED);
    pec_work_free(work);
    CHECK(pec_work_gateway(hub, settings, &work, NULL) == PEC_OK);
    pec_work_free(work);
    CHECK(pec_hub_remove_gateway_login(hub, "erp", 1, &was, NULL) == PEC_OK && was == 1);
    CHECK(pec_hub_remove_gateway_login(hub, "erp", 1, &was, NULL) == PEC_OK && was == 0);
    pec_credential_free(login);
    pec_credential_free(every);
    pec_credential_free(brief);
    pec_credential_free(other);
}

static void hubs(void)
{
    pec_secrets *secrets = secrets_of();
    pec_credential *credential = credential_of("ditta@pec.example", "x");
    pec_hub *hub = NULL;
    pec_error *error = NULL;
    pec_text *text = NULL;
    pec_blob *blob = NULL;
    pec_bytes bytes;
    pec_str evidence;
    pec_work *work = NULL;
    uint32_t was = 9;
    static const char said[] = "{\"mailbox\":\"Ditta@pec.example\",\"client\":\"Neri\",\"tax_id\":\"00743110157\",\"overrides\":"
                               "{\"imap\":\"127.0.0.1:1\",\"smtp\":\"127.0.0.1:1\",\"per_minute\":6},\"mandate\":{\"from\":"
                               "\"2020-01-01T00:00:00Z\",\"until\":null,\"evidence\":null}}";
    static const char table[] = "casella;imap;smtp;password\r\na@x.example;h:1;h:1;segreta\r\nb@x.example;h;h:1;segreta\r\n";
    CHECK(pec_hub_open(archive, intake, secrets, "{\"proxi\":1}", &hub, &error) == PEC_BAD_VALUE && is_code(error, "argument.value"));
    CHECK(pec_hub_open(archive, intake, secrets, "{\"proxy\":\"ftp://u:segreta@h:1\"}", &hub, &error) == PEC_WIRE_VALUE);
    CHECK(pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK && evidence.len < 100);
    pec_error_free(error);
    CHECK(pec_hub_open(archive, intake, secrets, "{\"roots\":[\"no such file\"]}", &hub, NULL) == PEC_FILE && hub == NULL);
    CHECK(pec_hub_open(archive, intake, secrets, "{\"capacity\":1,\"mandates_required\":true}", &hub, NULL) == PEC_OK);
    CHECK(pec_hub_change(hub, said, &error) == PEC_HUB_CREDENTIAL && is_code(error, "hub.credential"));
    CHECK(pec_hub_add(hub, "{}", credential, NULL) == PEC_BAD_VALUE);
    CHECK(pec_hub_add(hub, "{\"mailbox\":\"x@y.example\",\"overrides\":{\"imap\":\"h:1\",\"smtp\":\"h:1\"}}", credential, NULL) == PEC_HUB_MANDATE);
    CHECK(pec_hub_add(hub, said, credential, NULL) == PEC_OK && pec_hub_change(hub, said, NULL) == PEC_OK);
    CHECK(pec_hub_import_csv(hub, (const uint8_t *)table, sizeof table - 1, 0, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"added\":[],\"errors\":[{\"row\":2,"));
    CHECK(pec_hub_mailboxes(hub, 3, 0, &text, NULL) == PEC_BAD_VALUE && pec_hub_mailboxes(hub, 0, 6, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_hub_summary(hub, 3, 0, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_hub_summary(hub, PEC_HUB_ALL, PEC_SORT_ADDRESS, &text, NULL) == PEC_OK && contains(text, "Caselle PEC gestite"));
    CHECK(pec_hub_mailboxes(hub, PEC_HUB_ALL, PEC_SORT_FULLEST, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"report\":\"mailbox\",\"mailbox\":\"ditta@pec.example\",\"client\":\"Neri\""));
    CHECK(pec_hub_rotate_credential(hub, "nessuno@pec.example", credential, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_hub_rotate_credential(hub, "ditta@pec.example", credential, NULL) == PEC_OK);
    CHECK(pec_hub_seen(hub, "ditta@pec.example", NULL) == PEC_OK);
    CHECK(pec_hub_radar(hub, NOW, &text, NULL) == PEC_OK && contains(text, "\"report\":\"radar\""));
    CHECK(pec_hub_today(hub, 0, &text, NULL) == PEC_OK && contains(text, "\"report\":\"today\",\"since\":\"1970-01-01T00:00:00Z\""));
    CHECK(pec_hub_today_page(hub, 0, PEC_LANGUAGE_EN, &text, NULL) == PEC_OK && contains(text, "<html lang=\"en\">"));
    CHECK(pec_hub_today_table(hub, 0, PEC_LANGUAGE_IT, 2, &blob, NULL) == PEC_BAD_VALUE);
    CHECK(pec_hub_today_table(hub, 0, PEC_LANGUAGE_IT, PEC_TABLE_WINDOWS_1252, &blob, NULL) == PEC_OK);
    CHECK(pec_blob_bytes(blob, &bytes) == PEC_OK && bytes.len > 9 && memcmp(bytes.data, "che cosa;", 9) == 0);
    pec_blob_free(blob);
    CHECK(pec_hub_save_attachments(hub, 0, path[3], &text, NULL) == PEC_OK);
    pec_text_free(text);
    CHECK(pec_hub_deliver_to_maildir(hub, path[3], "0", &text, NULL) == PEC_BAD_VALUE);

    /* Nobody listens there. */
    CHECK(pec_work_check_mailbox(hub, "nessuno@pec.example", &work, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_work_check_mailbox(hub, "ditta@pec.example", &work, NULL) == PEC_OK);
    CHECK(last(work, "wire.unreachable", NULL) == PEC_EVENT_FAILED);
    CHECK(pec_work_report(work, &text, NULL) == PEC_ABSENT);
    pec_work_free(work);
    CHECK(pec_work_refresh(hub, "{\"budget\":1}", &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_refresh(hub, "{\"budget_ms\":9000,\"receive\":false}", &work, NULL) == PEC_OK);
    CHECK(comes_to(work, "\"outcome\":\"failed\",\"access\":\"unreachable\""));
    CHECK(pec_work_send(hub, "ditta@pec.example", 2, &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_send(hub, "ditta@pec.example", PEC_PARTIAL_NOTHING, &work, NULL) == PEC_OK);
    CHECK(comes_to(work, "\"report\":\"dispatch\",\"mailbox\":\"ditta@pec.example\",\"sent\":[]"));
    CHECK(pec_work_watch(hub, "ditta@pec.example", 1000, &work, NULL) == PEC_OK);
    CHECK(last(work, NULL, "{\"schema\":\"pec-wire/1\",\"report\":\"problem\",\"code\":\"wire.unreachable\"") == PEC_EVENT_CANCELLED);
    pec_work_free(work);
    gateway(hub);
    acting(hub);
    /* Freed while it goes on, and without its hub. */
    CHECK(pec_work_watch(hub, "ditta@pec.example", 1000, &work, NULL) == PEC_OK);
    CHECK(pec_hub_remove(hub, "DITTA@pec.example", &was, NULL) == PEC_OK && was == 1);
    CHECK(pec_hub_remove(hub, "ditta@pec.example", &was, NULL) == PEC_OK && was == 0);
    pec_hub_free(hub);
    pec_secrets_free(secrets);
    pec_work_free(work);
    pec_credential_free(credential);
}

static void served(char **argv)
{
    pec_secrets *secrets = secrets_of();
    pec_credential *credential = credential_of(argv[7], "pec"), *wrong = credential_of(argv[7], "sbagliata");
    pec_hub *hub = NULL;
    pec_work *work = NULL;
    pec_page *page = NULL;
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_str str;
    char settings[9000], said[900], id[65] = {0};
    snprintf(settings, sizeof settings, "{\"public_roots\":false,\"roots\":[\"%s\",\"%s\"]}", argv[4], argv[5]);
    snprintf(said, sizeof said, "{\"mailbox\":\"%s\",\"overrides\":{\"imap\":\"%s\",\"smtp\":\"%s\"}}", argv[7], argv[2], argv[3]);
    CHECK(pec_hub_open(archive, intake, secrets, settings, &hub, NULL) == PEC_OK);
    pec_secrets_free(secrets);
    CHECK(pec_hub_add(hub, said, wrong, NULL) == PEC_OK);
    CHECK(pec_work_refresh(hub, "", &work, NULL) == PEC_OK);
    CHECK(comes_to(work, "\"outcome\":\"failed\",\"access\":\"rejected\""));
    /* It is not asked again. */
    CHECK(pec_work_sync(hub, argv[7], &work, &error) == PEC_WIRE_ACCESS && is_code(error, "wire.access"));
    CHECK(pec_work_refresh(hub, "", &work, NULL) == PEC_OK && comes_to(work, "\"outcome\":\"spared\",\"access\":\"rejected\""));
    CHECK(pec_hub_rotate_credential(hub, argv[7], credential, NULL) == PEC_OK);
    CHECK(pec_work_check_mailbox(hub, argv[7], &work, NULL) == PEC_OK && comes_to(work, "\"messages\":2,\"unread\":2,"));
    CHECK(pec_work_watch(hub, argv[7], 1000, &work, NULL) == PEC_OK);
    CHECK(last(work, NULL, "{\"schema\":\"pec-wire/1\",\"report\":\"synced\"") == PEC_EVENT_CANCELLED);
    pec_work_free(work);
    CHECK(pec_work_sync(hub, argv[7], &work, NULL) == PEC_OK && comes_to(work, "\"new\":0,\"complete\":true"));
    CHECK(pec_work_refresh(hub, "", &work, NULL) == PEC_OK && comes_to(work, "\"report\":\"refresh\",\"mailboxes\":1,\"fresh\":1,"));
    CHECK(pec_archive_search(archive, "tipo:accettazione", 0, 1, &page, NULL) == PEC_OK);
    CHECK(pec_page_text(page, 0, PEC_ENTRY_ID, 0, &str) == PEC_OK && str.len == 64);
    memcpy(id, str.data, 64);
    pec_page_free(page);
    CHECK(pec_hub_deliver_to_maildir(hub, path[3], id, &text, NULL) == PEC_OK && contains(text, id));
    CHECK(pec_work_delete_archived(hub, argv[7], id, NOW, &work, NULL) == PEC_OK && comes_to(work, "\"problem\":null}"));
    CHECK(pec_work_take_in(hub, argv[7], "INBOX", id, &work, NULL) == PEC_OK && comes_to(work, "\"read_back\":true,\"problem\":null}"));
    CHECK(pec_work_take_in(hub, argv[7], "INBOX", "", &work, NULL) == PEC_BAD_VALUE);
    /* Cancelled before anything is known. */
    CHECK(pec_work_sync(hub, argv[7], &work, NULL) == PEC_OK && pec_work_cancel(work) == PEC_OK);
    (void)last(work, NULL, NULL);
    pec_work_free(work);
    pec_hub_free(hub);
    pec_credential_free(credential);
    pec_credential_free(wrong);
}

int main(int argc, char **argv)
{
    static const char *const names[4] = {"posta.pecarchive", "segreti", "frase", "clienti"};
    pec_trust_store *trust = NULL;
    int at;
    if (argc < 2)
        return 2;
    for (at = 0; at < 4; at++)
        snprintf(path[at], sizeof path[at], "%.*s/%s", PLACE, argv[1], names[at]);
    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK);
    if (argc == 8) {
        static uint8_t pem[20000];
        FILE *file = fopen(argv[6], "rb");
        size_t len = file == NULL ? 0 : fread(pem, 1, sizeof pem, file);
        CHECK(pec_trust_store_add_host_anchor(trust, pem, len, NULL) == PEC_OK);
        if (file != NULL)
            fclose(file);
    }
    CHECK(pec_intake_new(trust, &intake, NULL) == PEC_OK);
    pec_trust_store_free(trust);
    CHECK(pec_archive_create(path[0], &archive, NULL) == PEC_OK);
    credentials();
    host_store();
    hubs();
    if (argc == 8)
        served(argv);
    pec_archive_free(archive);
    pec_intake_free(intake);
    return failures != 0;
}
