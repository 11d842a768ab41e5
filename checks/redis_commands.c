#include "checks/redis_commands.h"

#include <string.h>
#include <strings.h>

#include "engine/base/auto.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/xalloc.h"

struct command {
	const char *name;
	const char *const *below; /* the sub-commands that only read; NULL: it has none */
};

#define BELOW(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Sorted. What is not here is refused: a module's or a later version's command may do anything, and
 * KEYS, MONITOR or SUBSCRIBE hold up a server or never end. */
static const struct command readers[] = {
	{ "ACL", BELOW("CAT", "USERS", "WHOAMI") },
	{ "BITCOUNT", NULL },
	{ "BITFIELD_RO", NULL },
	{ "BITPOS", NULL },
	{ "CLIENT", BELOW("GETNAME", "ID", "INFO", "LIST") },
	{ "CLUSTER", BELOW("COUNT-FAILURE-REPORTS", "COUNTKEYSINSLOT", "INFO", "KEYSLOT", "LINKS",
			   "MYID", "NODES", "REPLICAS", "SHARDS", "SLAVES", "SLOTS") },
	{ "CONFIG", BELOW("GET") },
	{ "DBSIZE", NULL },
	{ "ECHO", NULL },
	{ "EXISTS", NULL },
	{ "EXPIRETIME", NULL },
	{ "FUNCTION", BELOW("LIST", "STATS") },
	{ "GEODIST", NULL },
	{ "GEOHASH", NULL },
	{ "GEOPOS", NULL },
	{ "GEORADIUSBYMEMBER_RO", NULL },
	{ "GEORADIUS_RO", NULL },
	{ "GEOSEARCH", NULL },
	{ "GET", NULL },
	{ "GETBIT", NULL },
	{ "GETRANGE", NULL },
	{ "HEXISTS", NULL },
	{ "HGET", NULL },
	{ "HGETALL", NULL },
	{ "HKEYS", NULL },
	{ "HLEN", NULL },
	{ "HMGET", NULL },
	{ "HRANDFIELD", NULL },
	{ "HSCAN", NULL },
	{ "HSTRLEN", NULL },
	{ "HVALS", NULL },
	{ "INFO", NULL },
	{ "LASTSAVE", NULL },
	{ "LATENCY", BELOW("DOCTOR", "HISTOGRAM", "HISTORY", "LATEST") },
	{ "LINDEX", NULL },
	{ "LLEN", NULL },
	{ "LPOS", NULL },
	{ "LRANGE", NULL },
	{ "MEMORY", BELOW("DOCTOR", "MALLOC-STATS", "STATS", "USAGE") },
	{ "MGET", NULL },
	{ "MODULE", BELOW("LIST") },
	{ "OBJECT", BELOW("ENCODING", "FREQ", "IDLETIME", "REFCOUNT") },
	{ "PEXPIRETIME", NULL },
	{ "PFCOUNT", NULL },
	{ "PING", NULL },
	{ "PTTL", NULL },
	{ "PUBSUB", BELOW("CHANNELS", "NUMPAT", "NUMSUB", "SHARDCHANNELS", "SHARDNUMSUB") },
	{ "RANDOMKEY", NULL },
	{ "ROLE", NULL },
	{ "SCAN", NULL },
	{ "SCARD", NULL },
	{ "SCRIPT", BELOW("EXISTS") },
	{ "SDIFF", NULL },
	{ "SENTINEL", BELOW("CKQUORUM", "GET-MASTER-ADDR-BY-NAME", "INFO-CACHE", "MASTER",
			    "MASTERS", "MYID", "PENDING-SCRIPTS", "REPLICAS", "SENTINELS",
			    "SLAVES") },
	{ "SINTER", NULL },
	{ "SINTERCARD", NULL },
	{ "SISMEMBER", NULL },
	{ "SLOWLOG", BELOW("GET", "LEN") },
	{ "SMEMBERS", NULL },
	{ "SMISMEMBER", NULL },
	{ "SORT_RO", NULL },
	{ "SRANDMEMBER", NULL },
	{ "SSCAN", NULL },
	{ "STRLEN", NULL },
	{ "SUBSTR", NULL },
	{ "SUNION", NULL },
	{ "TIME", NULL },
	{ "TTL", NULL },
	{ "TYPE", NULL },
	{ "XINFO", BELOW("CONSUMERS", "GROUPS", "STREAM") },
	{ "XLEN", NULL },
	{ "XPENDING", NULL },
	{ "XRANGE", NULL },
	{ "XREVRANGE", NULL },
	{ "ZCARD", NULL },
	{ "ZCOUNT", NULL },
	{ "ZDIFF", NULL },
	{ "ZINTER", NULL },
	{ "ZINTERCARD", NULL },
	{ "ZLEXCOUNT", NULL },
	{ "ZMSCORE", NULL },
	{ "ZRANDMEMBER", NULL },
	{ "ZRANGE", NULL },
	{ "ZRANGEBYLEX", NULL },
	{ "ZRANGEBYSCORE", NULL },
	{ "ZRANK", NULL },
	{ "ZREVRANGE", NULL },
	{ "ZREVRANGEBYLEX", NULL },
	{ "ZREVRANGEBYSCORE", NULL },
	{ "ZREVRANK", NULL },
	{ "ZSCAN", NULL },
	{ "ZSCORE", NULL },
	{ "ZUNION", NULL },
};

static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcasecmp(*names, name))
			return true;
	return false;
}

static const struct command *reader_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcasecmp(readers[i].name, name))
			return &readers[i];
	return NULL;
}

static int refuse_below(const struct command *c, const char *given, struct err **e)
{
	auto_buf struct buf names = BUF_INIT(1024);
	auto_buf struct buf quoted = BUF_INIT(1024);

	for (size_t i = 0; c->below[i]; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", c->below[i]);
	text_quote(&quoted, given, strlen(given));
	return err_set(e, ERR_DATA,
		       "%s %s is not known to only read, and is never sent; of %s are: %s", c->name,
		       buf_text(&quoted), c->name, buf_text(&names));
}

int redis_command_allow(const struct text_list *words, struct err **e)
{
	const char *name = words->count ? words->items[0] : "";
	const struct command *c = reader_find(name);
	auto_buf struct buf quoted = BUF_INIT(1024);

	if (!c) {
		text_quote(&quoted, name, strlen(name));
		return err_set(e, ERR_DATA,
			       "command %s is not known to only read, and is never sent",
			       buf_text(&quoted));
	}
	if (c->below && !(words->count > 1 && is_among(c->below, words->items[1])))
		return refuse_below(c, words->count > 1 ? words->items[1] : "", e);
	return 0;
}
