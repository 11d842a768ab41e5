#include "engine/base/digest.h"

#include <nettle/base16.h>

void digest_text(struct sha256_ctx *hash, char text[DIGEST_TEXT_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(hash, sizeof(digest), digest);
	base16_encode_update(text, sizeof(digest), digest);
	text[DIGEST_TEXT_SIZE - 1] = '\0';
}
