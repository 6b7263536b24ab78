#ifndef CZLIB_H
#define CZLIB_H
/* What Swift cannot import of zlib: its function-like macros. */
#include <zlib.h>
#endif
