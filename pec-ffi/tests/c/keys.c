/* Encrypted archives from the other side: keys that are right, wrong, missing and changed; messages that are read a piece at a
 * time. The argument is an empty folder. Ends with 0 when all is as it should be. */
#include "check.h"
#include <stdlib.h>

#define NOW ((int64_t)1770800000)

static const char message[] = "Message-ID: <1@ditta.example>\r\nSubject: Riservata\r\n\r\nNon si deve leggere.\r\n";
static char place[4200], copy[4200];
static pec_intake *intake;

static pec_keys *keys_of(int first, int second)
{
    pec_keys *keys = NULL;
    uint8_t key[32];
    memset(key, first, sizeof key);
    CHECK(pec_keys_new(key, sizeof key, &keys, NULL) == PEC_OK);
    memset(key, second, sizeof key);
    CHECK(second == 0 || pec_keys_add(keys, key, sizeof key, NULL) == PEC_OK);
    return keys;
}

/* Opens the archive by these keys, and says how that ended. */
static pec_result by(int first, int second, pec_archive **archive)
{
    pec_keys *keys = keys_of(first, second);
    pec_result result = pec_archive_open_with_keys(place, keys, archive, NULL);
    pec_keys_free(keys);
    return result;
}

/* Whether the file has these bytes anywhere. */
static int file_contains(const char *part)
{
    FILE *file = fopen(place, "rb");
    char *bytes = (char *)malloc(1 << 22);
    size_t len, at, found = 0;
    if (file == NULL || bytes == NULL)
        return 1;
    len = fread(bytes, 1, 1 << 22, file);
    for (at = 0; at + strlen(part) <= len; at++)
        found |= memcmp(bytes + at, part, strlen(part)) == 0;
    free(bytes);
    fclose(file);
    return found != 0;
}

static void holds_what(pec_archive *archive, const char *id, const char *expected)
{
    pec_blob *blob = NULL;
    pec_bytes bytes;
    CHECK(pec_archive_get(archive, id, &blob, NULL) == PEC_OK && pec_blob_bytes(blob, &bytes) == PEC_OK);
    CHECK(bytes.len == strlen(expected) && memcmp(bytes.data, expected, bytes.len) == 0);
    pec_blob_free(blob);
}

static void encrypted(void)
{
    pec_keys *keys = keys_of(1, 0);
    pec_archive *archive = NULL, *other = NULL;
    pec_ids *ids = NULL;
    pec_error *error = NULL;
    pec_str text;
    pec_page *page = NULL;
    size_t count = 9;
    char id[65] = {0};
    uint8_t odd[31] = {0};
    CHECK(pec_keys_new(odd, sizeof odd, &keys, &error) == PEC_ARCHIVE_VALUE && is_code(error, "archive.value"));
    CHECK(pec_keys_add(keys, odd, 0, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_keys_set_searchable(keys, 7, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_create_with_keys(place, keys, &archive, NULL) == PEC_OK);
    CHECK(pec_archive_create_with_keys(place, keys, &other, NULL) == PEC_ARCHIVE_EXISTS && other == NULL);
    pec_keys_free(keys);
    CHECK(pec_archive_put(archive, intake, (const uint8_t *)message, sizeof message - 1, NOW, &ids, NULL) == PEC_OK);
    CHECK(pec_ids_text(ids, 0, &text) == PEC_OK);
    memcpy(id, text.data, 64);
    pec_ids_free(ids);
    /* Its words are not in the index, and whoever looks for one is told. */
    CHECK(pec_archive_search(archive, "oggetto:riservata", 0, 9, &page, NULL) == PEC_ARCHIVE_QUERY);
    CHECK(pec_archive_search(archive, "tipo:ordinario", 0, 9, &page, NULL) == PEC_OK);
    CHECK(pec_page_count(page, &count) == PEC_OK && count == 1);
    pec_page_free(page);
    pec_archive_free(archive);
    CHECK(!file_contains("Riservata") && !file_contains("leggere"));

    CHECK(pec_archive_open(place, &archive, &error) == PEC_ARCHIVE_KEY && is_code(error, "archive.key"));
    CHECK(pec_archive_open_read_only(place, &archive, NULL) == PEC_ARCHIVE_KEY);
    CHECK(by(2, 0, &archive) == PEC_ARCHIVE_KEY);
    /* A new key in front, the old one behind it: from then on both are needed. */
    CHECK(by(2, 1, &archive) == PEC_OK);
    holds_what(archive, id, message);
    pec_archive_free(archive);
    CHECK(by(1, 0, &archive) == PEC_ARCHIVE_KEY);
    keys = keys_of(2, 1);
    CHECK(pec_archive_open_read_only_with_keys(place, keys, &archive, NULL) == PEC_OK);
    pec_keys_free(keys);
    CHECK(pec_archive_scrub(archive, NULL) == PEC_ARCHIVE_READ_ONLY);
    holds_what(archive, id, message);
    pec_archive_free(archive);
}

static void salvaged(void)
{
    pec_keys *keys = keys_of(2, 1), *wrong = keys_of(3, 0);
    pec_work *work = NULL;
    pec_event *event = NULL;
    pec_event_kind kind = PEC_EVENT_PROGRESS;
    pec_archive *archive = NULL;
    int right;
    for (right = 0; right < 2; right++) {
        CHECK(pec_work_salvage_with_keys(intake, "host", place, copy, right ? keys : wrong, NOW, 1, &work, NULL) == PEC_OK);
        do {
            if (pec_event_next(work, 60000, &event) != PEC_OK)
                break;
            CHECK(pec_event_what(event, &kind) == PEC_OK);
            pec_event_free(event);
        } while (kind == PEC_EVENT_PROGRESS);
        CHECK(kind == (right ? PEC_EVENT_FINISHED : PEC_EVENT_FAILED));
        pec_work_free(work);
    }
    CHECK(pec_archive_open(copy, &archive, NULL) == PEC_ARCHIVE_KEY);
    CHECK(pec_archive_open_with_keys(copy, keys, &archive, NULL) == PEC_OK);
    pec_archive_free(archive);
    pec_keys_free(keys);
    pec_keys_free(wrong);
}

/* Gives a text seven bytes at a time; NULL is the end of what it can give. */
typedef struct {
    const char *rest;
    size_t left;
    uint32_t end;
} pieces;

static uint32_t give(void *userdata, uint8_t *data, size_t room, size_t *len)
{
    pieces *it = (pieces *)userdata;
    size_t piece = it->left < 7 ? it->left : 7;
    if (piece == 0)
        return it->end;
    piece = piece < room ? piece : room;
    memcpy(data, it->rest, piece);
    it->rest += piece, it->left -= piece, *len = piece;
    return 0;
}

static uint32_t boast(void *userdata, uint8_t *data, size_t room, size_t *len)
{
    (void)userdata, (void)data;
    *len = room + 1;
    return 0;
}

static void in_pieces(void)
{
    pec_limits *limits = NULL;
    pec_archive *archive = NULL;
    pec_ids *ids = NULL;
    pec_page *page = NULL;
    pec_str text, verdict;
    pec_error *error = NULL;
    char id[65] = {0};
    int small;
    CHECK(by(2, 1, &archive) == PEC_OK);
    CHECK(pec_limits_new(&limits, NULL) == PEC_OK && pec_limits_set(limits, PEC_LIMIT_MESSAGE_BYTES, 40, NULL) == PEC_OK);
    /* Within the limits, then beyond them. */
    for (small = 0; small < 2; small++) {
        char other[sizeof message + 2];
        pieces it = {other, sizeof other - 1, 0}, broken = {message, 20, 3};
        snprintf(other, sizeof other, "%s%d\n", message, small);
        CHECK(small == 0 || pec_intake_set_limits(intake, limits, NULL) == PEC_OK);
        CHECK(pec_archive_put_from(archive, intake, &broken, give, NOW, &ids, &error) == PEC_ARCHIVE_FILE);
        CHECK(is_code(error, "archive.file"));
        CHECK(pec_archive_put_from(archive, intake, &broken, boast, NOW, &ids, NULL) == PEC_ARCHIVE_FILE);
        CHECK(pec_archive_put_from(archive, intake, &it, give, NOW, &ids, NULL) == PEC_OK);
        CHECK(pec_ids_text(ids, 0, &text) == PEC_OK);
        memcpy(id, text.data, 64);
        holds_what(archive, id, other);
        CHECK(pec_archive_entry(archive, id, &page, NULL) == PEC_OK);
        CHECK(pec_page_text(page, 0, PEC_ENTRY_VERDICT, 0, &verdict) == PEC_OK && is(verdict, small ? "unverifiable" : "not-pec"));
        pec_page_free(page);
        pec_ids_free(ids);
    }
    pec_limits_free(limits);
    pec_archive_free(archive);
}

int main(int argc, char **argv)
{
    pec_trust_store *trust = NULL;
    if (argc < 2 || strlen(argv[1]) > 4000)
        return 2;
    snprintf(place, sizeof place, "%s/riservata.pecarchive", argv[1]);
    snprintf(copy, sizeof copy, "%s/salvata.pecarchive", argv[1]);
    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK && pec_intake_new(trust, &intake, NULL) == PEC_OK);
    encrypted();
    salvaged();
    in_pieces();
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return failures > 0;
}
