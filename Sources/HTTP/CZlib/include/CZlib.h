#ifndef CZLIB_H
#define CZLIB_H
/* What Swift cannot import of zlib: its function-like macros. */
#include <zlib.h>

/* A gzip encoder (zlib.h, deflateInit2: 15 bits of window, +16 for the gzip wrapper). */
static inline int consilium_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

/* A gzip decoder (zlib.h, inflateInit2). */
static inline int consilium_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
#endif
