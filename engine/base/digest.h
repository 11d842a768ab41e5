/*
 * digest - SHA-256 (FIPS 180-4) as text, of nettle, which uses the processor's own instructions.
 */
#ifndef ENGINE_BASE_DIGEST_H
#define ENGINE_BASE_DIGEST_H

#include <nettle/sha2.h>

/* 64 hexadecimal digits and a NUL. */
#define DIGEST_TEXT_SIZE (2 * SHA256_DIGEST_SIZE + 1)

/* End a hash that sha256_init() began: its text. */
void digest_text(struct sha256_ctx *hash, char text[DIGEST_TEXT_SIZE]);

#endif
