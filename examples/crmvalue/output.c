/* Where results go: a file or standard output, as JSON, CSV or text. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "crmvalue.h"

int output_open(output *out, const char *path)
{
    out->path = path;
    out->file = path ? fopen(path, "w") : stdout;
    if (out->file)
        return 1;
    fprintf(stderr, "crmvalue: %s: %s\n", path, strerror(errno));
    return 0;
}

int output_close(output *out)
{
    const int bad = fflush(out->file) != 0 || ferror(out->file);
    const int worse = out->path && fclose(out->file) != 0;
    if (bad || worse)
        fprintf(stderr, "crmvalue: %s: could not be written\n", out->path ? out->path : "standard output");
    return !(bad || worse);
}

int printed(void)
{
    output out = {stdout, NULL};
    return output_close(&out) ? EXIT_DONE : EXIT_FAULT;
}

/* Length of the UTF-8 sequence at text, 0 if there is no valid one. */
static int64_t sequence(const unsigned char *text, int64_t left)
{
    if (text[0] < 0x80)
        return 1;
    const int64_t n = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC2 || text[0] > 0xF4 || n > left)
        return 0;
    for (int64_t i = 1; i < n; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ||
        (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F))
        return 0;
    return n;
}

void json_string(FILE *f, const char *text, int64_t length)
{
    const unsigned char *t = (const unsigned char *)text;
    fputc('"', f);
    for (int64_t i = 0; i < length;) {
        const int64_t n = sequence(t + i, length - i);
        if (n == 0) {
            fputs("\\ufffd", f); /* JSON is UTF-8; a byte that is not becomes the replacement character */
            i++;
        } else if (n == 1 && (t[i] == '"' || t[i] == '\\')) {
            fprintf(f, "\\%c", t[i++]);
        } else if (n == 1 && t[i] < 0x20) {
            fprintf(f, "\\u%04x", t[i++]);
        } else {
            fwrite(t + i, 1, (size_t)n, f);
            i += n;
        }
    }
    fputc('"', f);
}

void json_number(FILE *f, double x)
{
    char buffer[32];
    fputs(isfinite(x) ? shortest(x, buffer) : "null", f);
}

void plain_text(FILE *f, const char *text, int64_t length)
{
    for (int64_t i = 0; i < length; i++)
        fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], f);
}

void csv_text(FILE *f, const char *text, int64_t length)
{
    int plain = length > 0 && text[0] != ' ' && text[length - 1] != ' ';
    for (int64_t i = 0; i < length && plain; i++)
        plain = text[i] != ',' && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
    if (plain) {
        fwrite(text, 1, (size_t)length, f);
        return;
    }
    fputc('"', f);
    for (int64_t i = 0; i < length; i++) {
        if (text[i] == '"')
            fputc('"', f);
        fputc(text[i], f);
    }
    fputc('"', f);
}

void csv_number(FILE *f, double x)
{
    char buffer[32];
    if (!isnan(x))
        fputs(shortest(x, buffer), f);
}
