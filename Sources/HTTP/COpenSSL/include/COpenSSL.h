#ifndef COPENSSL_H
#define COPENSSL_H
/* What Swift cannot import of OpenSSL 3: its function-like macros, and the callbacks that C must give it. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* TLS 1.2 and 1.3, nothing that a scanner of today finds fault with. 1 where OpenSSL took all of it. */
static inline int consilium_context_harden(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    /* Sessions live in tickets only: nothing of them is kept here. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    /* One receive a record instead of two; SSL_has_pending(3) tells what was read ahead. */
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_num_tickets(context, 1);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_session_id_context(context, (const unsigned char *)"consilium", 9) == 1;
}

static inline int consilium_is_http_request(unsigned long error) {
    int reason = ERR_GET_REASON(error);
    return reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
}

/* SHA-256 of the certificate that the client proved to have; 1 where it has one and the authorities vouch for it. */
static inline int consilium_client_digest(const SSL *connection, unsigned char digest[32]) {
    unsigned int length = 0;
    X509 *certificate = SSL_get1_peer_certificate(connection);
    if (certificate == NULL) return 0;
    int known = SSL_get_verify_result(connection) == X509_V_OK &&
                X509_digest(certificate, EVP_sha256(), digest, &length) == 1 && length == 32;
    X509_free(certificate);
    return known;
}

/* Only this version of TLS, for clients in tests. */
static inline void consilium_test_versions(SSL_CTX *context, int version) {
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
}

static inline void consilium_test_versions_of(SSL *connection, int version) {
    /* Old versions need a lower level of security to be offered at all. */
    SSL_set_security_level(connection, 0);
    SSL_set_min_proto_version(connection, version);
    SSL_set_max_proto_version(connection, version);
}
static inline void consilium_test_name(SSL *connection, const char *name) {
    SSL_set_tlsext_host_name(connection, name);
}

static inline int consilium_test_last_reason(void) { return ERR_GET_REASON(ERR_peek_last_error()); }

/* Keys of session tickets, shared by all contexts and threads: the newest seals, the one before still opens. Each context
   that uses them holds them. */
struct consilium_keys;
struct consilium_keys *consilium_keys_new(void);
void consilium_keys_release(struct consilium_keys *keys);
/* Makes a new key the newest; 0 where there is no randomness. */
int consilium_keys_rotate(struct consilium_keys *keys);

/* Sets the callbacks of tickets and of ALPN (http/1.1 only, RFC 7301). 1 where OpenSSL took them. */
int consilium_context_callbacks(SSL_CTX *context, struct consilium_keys *keys);

/* Binds the sessions of a context to the certificates of a store: whoever was let in by other authorities shakes hands in
   full (SSL_CTX_set_session_id_context(3)). 1 where it was done. */
int consilium_context_bind_sessions(SSL_CTX *context);

/* Adds a name that chooses the certificate of `other` for connections made from `first`, which holds `other` from then on
   (RFC 6066 section 3). 1 where memory was there. */
int consilium_context_add_name(SSL_CTX *first, const char *name, SSL_CTX *other);

/* The DNS names of a certificate (subjectAltName), one after the other: the name at `index`, or null behind the last. The
   caller frees it with consilium_free. */
char *consilium_certificate_name(const X509 *certificate, int index);
static inline void consilium_free(void *memory) { OPENSSL_free(memory); }

/* How long a certificate is valid yet, in seconds; negative where it has expired. */
long long consilium_certificate_seconds(const X509 *certificate);
#endif
