/* What every test program has: CHECK, and texts compared. */
#ifndef CHECK_H
#define CHECK_H

#include <pec.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                                    \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

static int is(pec_str text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0;
}

static int is_code(pec_error *error, const char *expected)
{
    pec_str code;
    int same = error != NULL && pec_error_text(error, PEC_ERROR_CODE, &code) == PEC_OK && is(code, expected);
    pec_error_free(error);
    return same;
}

#endif
