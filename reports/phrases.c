#include "reports/phrases.h"

#include <string.h>

struct phrase_row {
	const char *en, *zh;
};

static const struct phrase_row phrases[PHRASE_COUNT] = {
	[PHRASE_PASS] = { "pass", "正常" },
	[PHRASE_FAIL] = { "FAIL", "异常" },
	[PHRASE_ERROR] = { "ERROR", "无法判定" },
	[PHRASE_SKIP] = { "skip", "未执行" },
	[PHRASE_FLAKY] = { "flaky", "不稳定" },
	[PHRASE_BELOW] = { "Inspected below", "巡检目录：" },
	[PHRASE_INSIDE] = { "Inspected from inside process", "在此进程的命名空间内巡检：" },
	[PHRASE_PENDING] = { "pending", "待确认" },
	[PHRASE_EXPECTED] = { "expected", "期望值" },
	[PHRASE_FOUND] = { "found", "实际值" },
	[PHRASE_MEANS] = { "means", "说明" },
	[PHRASE_TRACE] = { "trace", "过程" },
	[PHRASE_TRIES] = { "tries", "重试" },
	[PHRASE_SAMPLES] = { "samples", "采样" },
	[PHRASE_SAMPLES_FAILED] = { "failed", "异常" },
	[PHRASE_EVIDENCE] = { "evidence", "证据" },
	[PHRASE_CAUSE] = { "hangs on", "根因" },
	[PHRASE_AFFECTS] = { "affects", "波及" },
	[PHRASE_IMPACT] = { "impact", "影响" },
	[PHRASE_CAUSES] = { "causes", "可能原因" },
	[PHRASE_REMEDY] = { "remedy", "处理建议" },
	[PHRASE_VERIFY] = { "verify", "验证方法" },
	[PHRASE_RULE] = { "rule", "规则" },
	[PHRASE_NOT_PASSED] = { "What did not pass", "未通过的巡检项" },
	[PHRASE_GATE] = { "Gate", "门禁" },
	[PHRASE_GATE_PASS] = { "PASSED", "通过" },
	[PHRASE_GATE_FAIL] = { "FAILED", "未通过" },
	[PHRASE_GATE_NO_VERDICT] = { "NO VERDICT", "无法判定" },
	[PHRASE_GATE_NOTHING] = { "NOTHING WAS INSPECTED", "未巡检任何项" },
	[PHRASE_GATE_NOT_ALL] = { "NOT ALL THAT WAS NAMED WAS INSPECTED", "指定的内容未全部巡检" },
	[PHRASE_TOTAL] = { "checks", "项" },
	[PHRASE_TOTAL_ONE] = { "check", "项" },
	[PHRASE_NOT_CONFIGURED] = { "not configured", "未配置" },
	[PHRASE_BELOW_GATE] = { "below the gate", "低于门禁级别" },
	[PHRASE_CUT_SHORT] = { "cut short by", "被中断：" },
	[PHRASE_RUNNING] = { "running", "执行中" },
	[PHRASE_SLOWEST] = { "slowest", "最慢" },
	[PHRASE_BETWEEN] = { "; ", "；" },
};

static const struct phrase_row severities[] = {
	[SEVERITY_INFO] = { "info", "提示" },         [SEVERITY_LOW] = { "low", "低" },
	[SEVERITY_MEDIUM] = { "medium", "中" },       [SEVERITY_HIGH] = { "high", "高" },
	[SEVERITY_CRITICAL] = { "critical", "严重" },
};

static const char *row_in(const struct phrase_row *row, const char *lang)
{
	return lang && strcmp(lang, "zh") == 0 ? row->zh : row->en;
}

const char *phrase(enum phrase p, const char *lang)
{
	return row_in(&phrases[p], lang);
}

const char *phrase_status(enum status s, const char *lang)
{
	static const enum phrase of[STATUS_COUNT] = {
		[STATUS_PASS] = PHRASE_PASS,
		[STATUS_FAIL] = PHRASE_FAIL,
		[STATUS_ERROR] = PHRASE_ERROR,
		[STATUS_SKIP] = PHRASE_SKIP,
	};

	return phrase(of[s], lang);
}

const char *phrase_status_name(const char *name, const char *lang)
{
	for (size_t s = 0; lang && !strcmp(lang, "zh") && s < STATUS_COUNT; s++)
		if (!strcmp(name, status_name((enum status)s)))
			return phrase_status((enum status)s, lang);
	return name;
}

const char *phrase_severity(enum severity s, const char *lang)
{
	return s == SEVERITY_NONE ? "" : row_in(&severities[s], lang);
}

const char *phrase_gate(enum gate_result g, const char *lang)
{
	static const enum phrase of[] = {
		[GATE_PASS] = PHRASE_GATE_PASS,
		[GATE_FAIL] = PHRASE_GATE_FAIL,
		[GATE_NO_VERDICT] = PHRASE_GATE_NO_VERDICT,
		[GATE_NOTHING] = PHRASE_GATE_NOTHING,
	};

	return phrase(of[g], lang);
}
