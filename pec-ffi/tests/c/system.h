/* What the test programs do that each system does in its own way. The first include of a file that uses it. */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <windows.h>

#include "check.h"

/* `fopen` of Windows takes a path in the system's code page, the library in UTF-8. */
static inline FILE *open_file(const char *path, const char *mode)
{
    wchar_t wide_path[4096], wide_mode[8];
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide_path, 4096) == 0 ||
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, mode, -1, wide_mode, 8) == 0)
        return NULL;
    return _wfopen(wide_path, wide_mode);
}

/* There is no fork. */
static inline void in_a_child(int (*refused)(void))
{
    (void)refused;
}

#else

#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define SOCKET int
#define INVALID_SOCKET (-1)
#define closesocket close

static inline FILE *open_file(const char *path, const char *mode)
{
    return fopen(path, mode);
}

/* In a forked child nothing of the library can be used, which `refused` sees, and what it frees waits for nobody. */
static inline void in_a_child(int (*refused)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        /* Another program, so that nobody looks for what the threads that are not here have left. */
        execlp(refused() ? "true" : "false", "ended", (char *)NULL);
        _exit(2);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif

#endif
