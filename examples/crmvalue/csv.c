/* Comma-separated values after RFC 4180: quoted fields with doubled quotes, LF or CRLF, an optional byte
 * order mark. Whatever is not that is refused with its line. Fields are unquoted in place. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

void complain(const char *path, int64_t line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (line > 0)
        fprintf(stderr, "crmvalue: %s:%lld: ", path, (long long)line);
    else
        fprintf(stderr, "crmvalue: %s: ", path);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
}

static char *read_all(FILE *f, int64_t *length)
{
    size_t capacity = 1 << 20, used = 0;
    char *bytes = malloc(capacity);
    while (bytes) {
        used += fread(bytes + used, 1, capacity - used, f);
        if (used < capacity)
            break;
        capacity *= 2;
        char *more = realloc(bytes, capacity);
        if (!more)
            free(bytes);
        bytes = more;
    }
    *length = (int64_t)used;
    return bytes;
}

int csv_open(csv *c, const char *path)
{
    memset(c, 0, sizeof *c);
    c->path = path;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f) {
        complain(path, 0, "%s", strerror(errno));
        return 0;
    }
    errno = 0;
    c->bytes = read_all(f, &c->length);
    const int bad = ferror(f), reason = errno;
    if (f != stdin)
        fclose(f);
    if (bad || !c->bytes) {
        complain(path, 0, "%s", c->bytes ? strerror(reason) : "out of memory");
        csv_close(c);
        return 0;
    }
    if (c->length >= 3 && memcmp(c->bytes, "\xEF\xBB\xBF", 3) == 0)
        c->at = 3;
    c->next = 1;
    return 1;
}

void csv_close(csv *c)
{
    free(c->bytes);
    free(c->field);
    memset(c, 0, sizeof *c);
}

static int add_field(csv *c, const char *text, int64_t length)
{
    if (c->fields == c->capacity) {
        const int64_t capacity = c->capacity ? c->capacity * 2 : 16;
        csv_field *more = realloc(c->field, (size_t)capacity * sizeof *more);
        if (!more) {
            complain(c->path, c->line, "out of memory");
            return 0;
        }
        c->field = more;
        c->capacity = capacity;
    }
    c->field[c->fields].text = text;
    c->field[c->fields++].length = length;
    return 1;
}

/* A quoted field from its opening quote on, unquoted in place; -1 after saying what is wrong. */
static int64_t quoted(csv *c)
{
    const int64_t opened = c->next;
    char *write = c->bytes + c->at;
    for (c->at++; c->at < c->length; c->at++) {
        const char byte = c->bytes[c->at];
        if (byte == '\0') {
            complain(c->path, c->next, "a NUL byte");
            return -1;
        }
        if (byte == '"') {
            if (c->at + 1 < c->length && c->bytes[c->at + 1] == '"') {
                c->at++;
            } else {
                c->at++;
                return write - c->bytes;
            }
        }
        if (byte == '\n')
            c->next++;
        *write++ = byte;
    }
    complain(c->path, opened, "a quote that is never closed");
    return -1;
}

/* A plain field; -1 after saying what is wrong. */
static int64_t plain(csv *c)
{
    for (; c->at < c->length; c->at++) {
        const char byte = c->bytes[c->at];
        if (byte == ',' || byte == '\n')
            break;
        if (byte == '\r' && (c->at + 1 == c->length || c->bytes[c->at + 1] == '\n'))
            break;
        if (byte == '\0' || byte == '"' || byte == '\r') {
            complain(c->path, c->next,
                     byte == '\0'  ? "a NUL byte"
                     : byte == '"' ? "a quote inside a field that is not quoted"
                                   : "a carriage return inside a line");
            return -1;
        }
    }
    return c->at;
}

int csv_next(csv *c)
{
    c->fields = 0;
    c->line = c->next;
    if (c->at >= c->length)
        return 0;
    for (;;) {
        const int is_quoted = c->at < c->length && c->bytes[c->at] == '"';
        const int64_t start = c->at;
        const int64_t end = is_quoted ? quoted(c) : plain(c);
        if (end < 0 || !add_field(c, c->bytes + start, end - start))
            return -1;
        if (c->at >= c->length)
            return 1;
        if (c->bytes[c->at] == ',') {
            c->at++;
            continue;
        }
        if (c->bytes[c->at] == '\r')
            c->at++;
        if (c->at < c->length && c->bytes[c->at] != '\n') {
            complain(c->path, c->next, "text after a closing quote");
            return -1;
        }
        c->at++;
        c->next++;
        return 1;
    }
}
