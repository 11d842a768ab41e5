/*
 * kinds - what trouble means, for every check type alike: the one table of names, findings, blind
 * errors and sentences.
 */
#include "engine/decl/kind.h"

#include <string.h>

const struct kind_row kinds[KIND_COUNT] = {
	[KIND_NONE] = { "", false, "Nothing went wrong.", "一切正常。" },

	[KIND_AUTH] = { "auth", false, "The server refused the user name, password, token or key.",
			"服务端拒绝了用户名、密码、令牌或密钥。" },
	[KIND_AUTH_ALGORITHM] = { "auth_algorithm", false,
				  "The key is not refused as such, but the server and this side "
				  "agree on no way to sign with it.",
				  "密钥本身未被拒绝，但双方没有共同支持的签名算法。" },
	[KIND_BRANCH_MISSING] = { "branch_missing", false,
				  "The repository answers, but it has no branch of this name.",
				  "仓库可以访问，但不存在该分支。" },
	[KIND_CLOSED] = { "closed", false,
			  "The server closed the connection before it had answered.",
			  "服务端未应答就关闭了连接。" },
	[KIND_CORRUPT] = { "corrupt", false,
			   "What was read is damaged or does not agree with its own checksum or "
			   "format.",
			   "读到的内容已损坏，或与自身的校验和、格式不符。" },
	[KIND_DNS] = { "dns", false, "The host name could not be resolved.", "主机名无法解析。" },
	[KIND_EMPTY] = { "empty", false, "It is there and answers, but there is nothing in it.",
			 "对象存在且可以访问，但内容为空。" },
	[KIND_FORBIDDEN] = { "forbidden", false,
			     "The server knows who we are and does not allow this.",
			     "服务端已识别身份，但不允许该操作。" },
	[KIND_HOST_KEY_CHANGED] = { "host_key_changed", false,
				    "The server shows another host key than the known one.",
				    "服务端的主机密钥与已记录的不一致。" },
	[KIND_HOST_KEY_UNKNOWN] = { "host_key_unknown", false,
				    "The host key of the server is not among the known ones.",
				    "服务端的主机密钥未被记录，无法确认其身份。" },
	[KIND_NOT_FOUND] = { "not_found", false, "What was asked for is not there.",
			     "所请求的对象不存在。" },
	[KIND_NOT_RUNNING] = { "not_running", false,
			       "The program that should do this work does not run.",
			       "应当运行的程序没有运行。" },
	[KIND_PROTOCOL] = { "protocol", false,
			    "What answered does not speak the expected protocol.",
			    "应答方使用的不是预期的协议。" },
	[KIND_QUERY] = { "query", false, "The server refused the query or command as such.",
			 "服务端拒绝执行该查询或命令。" },
	[KIND_REFUSED] = { "refused", false, "The connection was refused: nothing listens there.",
			   "连接被拒绝：该地址没有监听。" },
	[KIND_RESET] = { "reset", false, "The connection was reset while it was in use.",
			 "连接在使用过程中被重置。" },
	[KIND_TIMEOUT] = { "timeout", false, "There was no answer within the time of the check.",
			   "在检查的时限内没有应答。" },
	[KIND_TLS] = { "tls", false, "No trusted TLS connection could be made.",
		       "无法建立可信的 TLS 连接。" },
	[KIND_TOO_LARGE] = { "too_large", false, "There is more of it than the check may read.",
			     "内容超出了该检查允许读取的大小。" },
	[KIND_UNREACHABLE] = { "unreachable", false,
			       "There is no way to the host or to the storage.",
			       "无法到达目标主机或存储。" },

	[KIND_BLOCKED] = { "blocked", true,
			   "The mount that it lies on does not answer, and a worker already hangs "
			   "there.",
			   "所在的挂载点没有响应，已有工作进程挂起。" },
	[KIND_CAPTURE] = { "capture", true,
			   "A value that another check should have observed is not there.",
			   "缺少本应由另一项检查取得的值。" },
	[KIND_CRASHED] = { "crashed", true, "The worker died while it carried out this check.",
			   "执行该检查的工作进程异常退出。" },
	[KIND_INTERNAL] = { "internal", true, "rounds itself could not carry out this check.",
			    "rounds 自身无法完成该检查。" },
	[KIND_KILLED] = { "killed", true, "The check did not end in its time and was killed.",
			  "该检查未在时限内结束，已被强制终止。" },
	[KIND_MODULE] = { "module", true,
			  "The module that carries out this type of check is not installed or "
			  "cannot be loaded.",
			  "执行该类检查的模块未安装或无法加载。" },
	[KIND_PARAMETER] = { "parameter", true,
			     "The ruleset or a parameter is wrong, or a parameter has no value.",
			     "规则集或参数有误，或者参数没有值。" },
	[KIND_PERMISSION] = { "permission", true,
			      "rounds is not permitted to look at what the check asks for.",
			      "rounds 没有权限查看该检查所需的内容。" },
	[KIND_RESOURCE] = { "resource", true,
			    "This machine ran out of memory, processes or descriptors for the "
			    "check.",
			    "本机缺少执行该检查所需的内存、进程或文件描述符。" },
};

enum kind kind_find(const char *name)
{
	for (int k = KIND_NONE + 1; k < KIND_COUNT; k++)
		if (!strcmp(kinds[k].name, name))
			return (enum kind)k;
	return KIND_NONE;
}
