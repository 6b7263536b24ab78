#ifndef CPREFETCH_H
#define CPREFETCH_H
/* What Swift has no word for: memory that is read soon. A hint without effect on what is computed. */
static inline void consilium_prefetch(const void *address) { __builtin_prefetch(address); }
#endif
