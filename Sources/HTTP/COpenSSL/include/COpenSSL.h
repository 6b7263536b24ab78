#ifndef COPENSSL_H
#define COPENSSL_H
/* What Swift cannot import of OpenSSL 3: its function-like macros. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif
