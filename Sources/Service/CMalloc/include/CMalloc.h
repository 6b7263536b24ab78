#ifndef CMALLOC_H
#define CMALLOC_H
/* What Swift's Glibc module lacks of the C library's allocator. Header only: the functions are the system's own. */
#ifdef __linux__
#include <malloc.h>
#endif
#endif
