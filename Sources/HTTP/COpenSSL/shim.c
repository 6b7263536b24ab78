#include "COpenSSL.h"
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

struct key { unsigned char name[16], cipher[32], mac[32]; };
struct consilium_keys { pthread_mutex_t lock; int holders; struct key newest, previous; };
struct host { char *name; SSL_CTX *context; };
struct hosts { int count; struct host *all; };

/* Where a context keeps its keys and its names; both are let go with the context, whoever holds it last. */
static int keys_index = -1, hosts_index = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_keys(void *parent, void *keys, CRYPTO_EX_DATA *data, int index, long argument, void *pointer) {
    (void)parent, (void)data, (void)index, (void)argument, (void)pointer;
    consilium_keys_release(keys);
}

static void free_hosts(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argument, void *pointer) {
    struct hosts *hosts = value;
    (void)data, (void)index, (void)argument, (void)pointer;
    if (!hosts) return;
    for (int i = 0; i < hosts->count; i++) {
        OPENSSL_free(hosts->all[i].name);
        if (hosts->all[i].context != parent) SSL_CTX_free(hosts->all[i].context);
    }
    OPENSSL_free(hosts->all);
    OPENSSL_free(hosts);
}

static void make_indexes(void) {
    keys_index = SSL_CTX_get_ex_new_index(0, 0, 0, 0, free_keys);
    hosts_index = SSL_CTX_get_ex_new_index(0, 0, 0, 0, free_hosts);
}

static int fill(struct key *key) {
    return RAND_bytes(key->name, sizeof key->name) == 1 && RAND_priv_bytes(key->cipher, sizeof key->cipher) == 1 &&
           RAND_priv_bytes(key->mac, sizeof key->mac) == 1;
}

struct consilium_keys *consilium_keys_new(void) {
    struct consilium_keys *keys = OPENSSL_zalloc(sizeof *keys);
    if (!keys) return 0;
    if (pthread_mutex_init(&keys->lock, 0) == 0) {
        /* The previous key opens nothing that was ever sealed. */
        keys->holders = 1;
        if (fill(&keys->newest) && fill(&keys->previous)) return keys;
        pthread_mutex_destroy(&keys->lock);
    }
    OPENSSL_clear_free(keys, sizeof *keys);
    return 0;
}

void consilium_keys_release(struct consilium_keys *keys) {
    if (!keys) return;
    pthread_mutex_lock(&keys->lock);
    int holders = --keys->holders;
    pthread_mutex_unlock(&keys->lock);
    if (holders > 0) return;
    pthread_mutex_destroy(&keys->lock);
    OPENSSL_clear_free(keys, sizeof *keys);
}

int consilium_keys_rotate(struct consilium_keys *keys) {
    struct key fresh;
    if (!fill(&fresh)) return 0;
    pthread_mutex_lock(&keys->lock);
    keys->previous = keys->newest;
    keys->newest = fresh;
    pthread_mutex_unlock(&keys->lock);
    OPENSSL_cleanse(&fresh, sizeof fresh);
    return 1;
}

/* SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 uses the ticket, 2 uses and renews it, 0 goes on without, -1 fails. */
static int on_ticket(SSL *connection, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                     int seals) {
    struct consilium_keys *keys = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), keys_index);
    struct key key;
    int result = 1;
    if (!keys) return -1;
    pthread_mutex_lock(&keys->lock);
    if (seals || memcmp(name, keys->newest.name, sizeof key.name) == 0) {
        key = keys->newest;
    } else if (memcmp(name, keys->previous.name, sizeof key.name) == 0) {
        key = keys->previous;
        result = 2;
    } else {
        result = 0;
    }
    pthread_mutex_unlock(&keys->lock);
    if (result == 0) return 0;
    if (seals) {
        memcpy(name, key.name, sizeof key.name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) result = -1;
    }
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac, sizeof key.mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    if (result > 0 && (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), 0, key.cipher, iv, seals) != 1 ||
                       EVP_MAC_CTX_set_params(mac, parameters) != 1))
        result = -1;
    OPENSSL_cleanse(&key, sizeof key);
    /* In TLS 1.3 each ticket is used once (RFC 8446 appendix C.4): the client always gets a new one. */
    if (result == 1 && !seals && SSL_version(connection) >= TLS1_3_VERSION) result = 2;
    return result;
}

static int on_protocols(SSL *connection, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                        unsigned int count, void *unused) {
    (void)connection;
    (void)unused;
    for (unsigned int i = 0; i + 1 <= count && i + 1 + offered[i] <= count; i += 1u + offered[i]) {
        if (offered[i] == 8 && memcmp(offered + i + 1, "http/1.1", 8) == 0) {
            *chosen = offered + i + 1;
            *length = 8;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    /* RFC 7301 section 3.2: no_application_protocol. */
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Whether a certificate's name covers a host: the same, or a wildcard for exactly the first label (RFC 6125 6.4.3). */
static int covers(const char *pattern, const char *host) {
    if (pattern[0] == '*' && pattern[1] == '.') {
        const char *dot = strchr(host, '.');
        return dot && dot != host && strcasecmp(dot, pattern + 1) == 0;
    }
    return strcasecmp(pattern, host) == 0;
}

static int on_name(SSL *connection, int *alert, void *unused) {
    const struct hosts *hosts = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), hosts_index);
    const char *name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    (void)alert, (void)unused;
    if (!name || !hosts) return SSL_TLSEXT_ERR_NOACK;
    /* Exact names go before wildcards. */
    for (int wildcards = 0; wildcards < 2; wildcards++) {
        for (int i = 0; i < hosts->count; i++) {
            const struct host *host = &hosts->all[i];
            if ((host->name[0] == '*') != wildcards || !covers(host->name, name)) continue;
            SSL_set_SSL_CTX(connection, host->context);
            return SSL_TLSEXT_ERR_OK;
        }
    }
    /* An unknown name gets the first certificate, without an alert that stops it. */
    return SSL_TLSEXT_ERR_NOACK;
}

int consilium_context_callbacks(SSL_CTX *context, struct consilium_keys *keys) {
    pthread_once(&once, make_indexes);
    if (keys_index < 0 || hosts_index < 0 || SSL_CTX_set_ex_data(context, keys_index, keys) != 1) return 0;
    pthread_mutex_lock(&keys->lock);
    keys->holders++;
    pthread_mutex_unlock(&keys->lock);
    SSL_CTX_set_alpn_select_cb(context, on_protocols, 0);
    SSL_CTX_set_tlsext_servername_callback(context, on_name);
    return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket) == 1;
}

int consilium_context_bind_sessions(SSL_CTX *context) {
    STACK_OF(X509) *authorities = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(context));
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned char all[EVP_MAX_MD_SIZE], one[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    int isBound = authorities && digest && EVP_DigestInit_ex(digest, EVP_sha256(), 0) == 1;
    for (int i = 0; isBound && i < sk_X509_num(authorities); i++)
        isBound = X509_digest(sk_X509_value(authorities, i), EVP_sha256(), one, &length) == 1 &&
                  EVP_DigestUpdate(digest, one, length) == 1;
    /* SHA-256 fills the 32 bytes that the context may have. */
    isBound = isBound && EVP_DigestFinal_ex(digest, all, &length) == 1 &&
              SSL_CTX_set_session_id_context(context, all, length) == 1;
    EVP_MD_CTX_free(digest);
    sk_X509_pop_free(authorities, X509_free);
    return isBound;
}

int consilium_context_add_name(SSL_CTX *first, const char *name, SSL_CTX *other) {
    struct hosts *hosts = SSL_CTX_get_ex_data(first, hosts_index);
    if (!hosts) {
        hosts = OPENSSL_zalloc(sizeof *hosts);
        if (!hosts) return 0;
        if (SSL_CTX_set_ex_data(first, hosts_index, hosts) != 1) return OPENSSL_free(hosts), 0;
    }
    struct host *all = OPENSSL_realloc(hosts->all, sizeof *all * (size_t)(hosts->count + 1));
    if (!all) return 0;
    hosts->all = all;
    char *copy = OPENSSL_strdup(name);
    if (!copy) return 0;
    if (other != first) SSL_CTX_up_ref(other);
    all[hosts->count++] = (struct host){copy, other};
    return 1;
}

char *consilium_certificate_name(const X509 *certificate, int index) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, 0, 0);
    char *found = 0;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names) && !found; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS || index-- != 0) continue;
        int length = ASN1_STRING_length(name->d.dNSName);
        const char *bytes = (const char *)ASN1_STRING_get0_data(name->d.dNSName);
        /* A name with a zero byte inside would end early: it is none. */
        found = memchr(bytes, 0, (size_t)length) ? OPENSSL_strdup("") : OPENSSL_strndup(bytes, (size_t)length);
    }
    GENERAL_NAMES_free(names);
    return found;
}

long long consilium_certificate_seconds(const X509 *certificate) {
    int days = 0, seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, 0, X509_get0_notAfter(certificate)) != 1) return 0;
    return (long long)days * 86400 + seconds;
}
