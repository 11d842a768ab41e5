/*
 * git - the module: list the refs, fetch the branch into a private directory, walk its tree,
 * compare with another server.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <git2.h>
#include <git2/sys/repository.h>

#include "checks/check.h"
#include "checks/modules/git/session.h"
#include "checks/modules/ssh/key.h"
#include "engine/base/scratch.h"
#include "engine/base/text.h"

#define REFS_MAX 10000
#define OBJECTS_MAX ((size_t)10 * 1000 * 1000)
#define BRANCHES_NAMED 8
#define HEAD_MAX ((size_t)64 * 1024)
#define NAME_SHOWN_MAX ((size_t)64 * 1024)

/* --- what went wrong --- */

static int failed(struct git_session *s, int code)
{
	session_trouble(s, code);
	return -1;
}

/* --- the remote --- */

static int on_progress(const git_indexer_progress *stats, void *payload)
{
	struct git_session *s = payload;

	(void)stats;
	if (clock_mono() < s->deadline)
		return 0;
	observer_trouble(s->o, KIND_TIMEOUT, "not done in time (%s)", s->phase);
	return session_stop(s);
}

/* The remote's own words ("remote: …"): quota, maintenance, banner. */
static int on_words(const char *words, int len, void *payload)
{
	struct git_session *s = payload;

	buf_add(s->remote_words, words, len > 0 ? (size_t)len : 0);
	return 0;
}

static git_remote_callbacks callbacks_of(struct git_session *s)
{
	git_remote_callbacks c;

	git_remote_init_callbacks(&c, GIT_REMOTE_CALLBACKS_VERSION);
	c.payload = s;
	c.transfer_progress = on_progress;
	c.sideband_progress = on_words;
	if (s->url.scheme == GIT_SCHEME_SSH)
		c.transport = git_ssh_transport;
	else if (s->url.scheme != GIT_SCHEME_FILE)
		c.transport = git_http_transport;
	return c;
}

/* libgit2 wants a URL of its own kind; what it is connected to is the session's. */
static char *plain_url(const struct git_url *u)
{
	if (u->scheme == GIT_SCHEME_FILE)
		return xasprintf("file://%s", u->path);
	return xasprintf("%s://remote/repository", u->scheme == GIT_SCHEME_SSH ? "ssh" : "http");
}

static int set_url(struct git_session *s, const char *text)
{
	auto_err struct err *e = NULL;

	git_url_release(&s->url);
	if (git_url_parse(text, &s->url, &e)) {
		observer_trouble(s->o, KIND_PARAMETER, "%s", err_text(e));
		return -1;
	}
	/* `port` is for the forms that cannot hold one. */
	if (!s->url.port && s->query->port)
		s->url.port = (uint16_t)s->query->port;
	return 0;
}

bool session_resolves(const struct git_session *s, const char *host)
{
	struct git_url u;
	bool same;

	if (!s->query->resolve.count || git_url_parse(s->query->url, &u, NULL))
		return false;
	same = u.host && strcasecmp(u.host, host) == 0;
	git_url_release(&u);
	return same;
}

static int connect_remote(struct git_session *s, git_repository *repository, git_remote **out)
{
	git_remote_callbacks callbacks = callbacks_of(s);
	auto_free char *url = plain_url(&s->url);
	int code = repository ? git_remote_create_anonymous(out, repository, url)
			      : git_remote_create_detached(out, url);

	s->phase = s->url.scheme == GIT_SCHEME_FILE ? "refs" : "connect";
	buf_clear(s->head);
	if (code == 0)
		code = git_remote_connect(*out, GIT_DIRECTION_FETCH, &callbacks, NULL, NULL);
	if (code == 0) {
		s->phase = "refs";
		return 0;
	}
	failed(s, code);
	git_remote_free(*out);
	*out = NULL;
	return -1;
}

/* --- refs --- */

static bool is_peeled(const char *name)
{
	return text_ends_with(name, "^{}");
}

static bool is_counted(const char *name)
{
	return strcmp(name, "HEAD") != 0 && !is_peeled(name);
}

/* A name as the facts have it: bytes that are no UTF-8 (a branch named in GBK) become \xHH, which
 * no other name has, as Git allows no backslash in them. */
static char *shown_name(const char *name)
{
	auto_buf struct buf b = BUF_INIT(NAME_SHOWN_MAX);
	size_t left = strlen(name);

	while (left) {
		const size_t valid = text_valid(name, left);

		buf_add(&b, name, valid);
		name += valid;
		left -= valid;
		if (!left)
			break;
		buf_printf(&b, "\\x%02x", (unsigned char)*name);
		name++;
		left--;
	}
	return buf_take(&b);
}

/* { name: id } of everything but HEAD; a new reference or NULL. */
static json_t *list_refs(struct git_session *s, git_remote *remote)
{
	const git_remote_head **heads;
	size_t count;
	json_t *refs;

	if (git_remote_ls(&heads, &count, remote)) {
		session_trouble(s, -1);
		return NULL;
	}
	/* A shell's "0000 …" reads as a list of nothing. */
	if (!count && s->head->len && session_foreign(s))
		return NULL;
	refs = json_object();
	for (size_t i = 0; i < count; i++) {
		auto_free char *name = NULL;
		char id[GIT_OID_HEXSZ + 1];

		if (!is_counted(heads[i]->name))
			continue;
		name = shown_name(heads[i]->name);
		git_oid_tostr(id, sizeof(id), &heads[i]->oid);
		json_object_set_new(refs, name, json_string(id));
	}
	return refs;
}

static void set_refs(struct git_session *s, json_t *refs)
{
	json_t *list, *id;
	const char *name;

	if (!observer_wants(s->o, "refs"))
		return;
	if (json_object_size(refs) > REFS_MAX) {
		observer_trouble(s->o, KIND_TOO_LARGE,
				 "the repository has %zu refs; the fact refs lists at most %d",
				 json_object_size(refs), REFS_MAX);
		return;
	}
	list = json_array();
	json_object_foreach(refs, name, id)
	{
		json_array_append_new(list, json_pack("{s:s, s:O}", "name", name, "id", id));
	}
	observer_set(s->o, "refs", list);
}

static char *default_branch(git_remote *remote)
{
	git_buf name = { 0 };
	char *branch = NULL;

	if (git_remote_default_branch(&name, remote) == 0)
		branch = xstrdup(text_starts_with(name.ptr, "refs/heads/") ? name.ptr + 11
									   : name.ptr);
	git_buf_dispose(&name);
	git_error_clear();
	return branch;
}

static void set_head(struct git_session *s, const char *head)
{
	auto_free char *shown = head ? shown_name(head) : NULL;

	if (shown)
		observer_set_string(s->o, "head", shown);
}

static void name_branches(json_t *refs, struct buf *out)
{
	const char *name;
	json_t *id;
	size_t n = 0;

	json_object_foreach(refs, name, id)
	{
		if (!text_starts_with(name, "refs/heads/"))
			continue;
		if (n++ == BRANCHES_NAMED) {
			buf_adds(out, ", …");
			return;
		}
		buf_printf(out, "%s%s", n > 1 ? ", " : "", name + 11);
	}
}

/* The branch to fetch, owned; NULL when there is none: the observer knows. */
static char *choose_branch(struct git_session *s, git_remote *remote, json_t *refs)
{
	auto_free char *head = default_branch(remote);
	auto_free char *ref = NULL, *shown = NULL;
	auto_buf struct buf there = BUF_INIT(1024);
	const char *want = s->query->branch ? s->query->branch : head;

	set_head(s, head);
	if (!json_object_size(refs)) {
		observer_trouble(s->o, KIND_EMPTY,
				 "the repository is empty: it has no branch and no tag");
		return NULL;
	}
	name_branches(refs, &there);
	if (!want) {
		observer_trouble(
			s->o, KIND_BRANCH_MISSING,
			"the repository names no default branch; set branch (there are: %s)",
			there.len ? buf_text(&there) : "none");
		return NULL;
	}
	ref = xasprintf("refs/heads/%s", want);
	shown = shown_name(ref);
	if (!json_object_get(refs, shown)) {
		observer_trouble(s->o, KIND_BRANCH_MISSING,
				 "there is no branch '%s'; there are: %s", want,
				 there.len ? buf_text(&there) : "none");
		return NULL;
	}
	return xstrdup(want);
}

/* --- the branch --- */

static int fetch_branch(struct git_session *s, git_remote *remote, const char *branch)
{
	auto_free char *spec = xasprintf("+refs/heads/%s:refs/heads/%s", branch, branch);
	char *specs[] = { spec };
	const git_strarray refspecs = { .strings = specs, .count = 1 };
	git_fetch_options options;
	int code;

	s->phase = "fetch";
	buf_clear(s->head);
	git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
	options.callbacks = callbacks_of(s);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.update_fetchhead = 0;
	code = git_remote_fetch(remote, &refspecs, &options, NULL);
	return code ? failed(s, code) : 0;
}

struct walk {
	struct git_session *session;
	git_odb *odb;
	int64_t files;
	bool missing;
};

/* Every file of the tree must be there; its content has been hashed when the pack was indexed. */
static int on_entry(const char *root, const git_tree_entry *entry, void *ctx)
{
	struct walk *w = ctx;

	/* A tree of trees may name the same file a milliard times. */
	if (clock_mono() >= w->session->deadline) {
		observer_trouble(w->session->o, KIND_TIMEOUT, "not done in time (%s)",
				 w->session->phase);
		return -1;
	}
	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
		return 0;
	w->files++;
	if (git_odb_exists(w->odb, git_tree_entry_id(entry)))
		return 0;
	w->missing = true;
	observer_trouble(w->session->o, KIND_CORRUPT,
			 "the file '%s%s' is missing in what was received", root,
			 git_tree_entry_name(entry));
	return -1;
}

static int walk_tree(struct git_session *s, git_repository *repository, git_commit *commit)
{
	struct walk w = { .session = s };
	git_tree *tree = NULL;
	int code = git_commit_tree(&tree, commit);

	if (code == 0)
		code = git_repository_odb(&w.odb, repository);
	if (code == 0)
		code = git_tree_walk(tree, GIT_TREEWALK_PRE, on_entry, &w);
	if (code && !observer_kind(s->o))
		observer_trouble(s->o, KIND_CORRUPT, "the tree of the branch cannot be read: %s",
				 git_error_last() ? git_error_last()->message : "");
	else if (!code)
		observer_set_int(s->o, "files", w.files);
	git_odb_free(w.odb);
	git_tree_free(tree);
	return code ? -1 : 0;
}

static int walk_branch(struct git_session *s, git_repository *repository, const char *branch)
{
	auto_free char *ref = xasprintf("refs/heads/%s", branch);
	git_oid id;
	git_commit *commit = NULL;
	char hex[GIT_OID_HEXSZ + 1];
	int code;

	s->phase = "walk";
	code = git_reference_name_to_id(&id, repository, ref);
	if (code == 0)
		code = git_commit_lookup(&commit, repository, &id);
	if (code) {
		observer_trouble(s->o, KIND_CORRUPT, "the tip of '%s' cannot be read: %s", branch,
				 git_error_last() ? git_error_last()->message : "");
		return -1;
	}
	git_oid_tostr(hex, sizeof(hex), &id);
	observer_set_string(s->o, "commit", hex);
	code = walk_tree(s, repository, commit);
	git_commit_free(commit);
	return code;
}

static int clone_into(struct git_session *s, git_repository *repository, json_t **refs)
{
	git_remote *remote = NULL;
	auto_free char *branch = NULL;
	int code = -1;

	if (connect_remote(s, repository, &remote))
		return -1;
	*refs = list_refs(s, remote);
	if (*refs) {
		set_refs(s, *refs);
		branch = choose_branch(s, remote, *refs);
	}
	if (branch)
		code = fetch_branch(s, remote, branch);
	git_remote_disconnect(remote);
	git_remote_free(remote);
	return code ? -1 : walk_branch(s, repository, branch);
}

static int do_clone(struct git_session *s, json_t **refs)
{
	auto_err struct err *e = NULL;
	struct scratch scratch;
	git_repository *repository = NULL;
	int code;

	if (scratch_open(&scratch, &e) < 0) {
		observer_trouble(s->o, KIND_RESOURCE, "%s", err_text(e));
		return -1;
	}
	code = git_repository_init(&repository, scratch.path, 1);
	code = code ? failed(s, code) : clone_into(s, repository, refs);
	git_repository_free(repository);
	scratch_close(&scratch);
	return code;
}

static int do_refs(struct git_session *s, json_t **refs)
{
	git_remote *remote = NULL;
	auto_free char *head = NULL;

	if (connect_remote(s, NULL, &remote))
		return -1;
	*refs = list_refs(s, remote);
	head = default_branch(remote);
	set_head(s, head);
	if (*refs)
		set_refs(s, *refs);
	git_remote_disconnect(remote);
	git_remote_free(remote);
	return *refs && !observer_kind(s->o) ? 0 : -1;
}

/* --- two servers --- */

static void compare(struct git_session *s, json_t *ours, json_t *theirs)
{
	json_t *differing = json_array(), *id;
	const char *name;
	int64_t ahead = 0, behind = 0;

	json_object_foreach(ours, name, id)
	{
		if (json_equal(json_object_get(theirs, name), id))
			continue;
		behind++;
		json_array_append_new(differing, json_string(name));
	}
	json_object_foreach(theirs, name, id)
	{
		if (json_object_get(ours, name))
			continue;
		ahead++;
		json_array_append_new(differing, json_string(name));
	}
	observer_set_int(s->o, "ahead", ahead);
	observer_set_int(s->o, "behind", behind);
	observer_set(s->o, "differing", differing);
}

static int do_compare(struct git_session *s, json_t *ours)
{
	git_remote *remote = NULL;
	json_t *theirs;

	if (set_url(s, s->query->compare_with) || connect_remote(s, NULL, &remote))
		return -1;
	theirs = list_refs(s, remote);
	git_remote_disconnect(remote);
	git_remote_free(remote);
	if (!theirs)
		return -1;
	s->phase = "compare";
	compare(s, ours, theirs);
	json_decref(theirs);
	return 0;
}

/* --- the check --- */

static int inspect(struct git_session *s)
{
	json_t *refs = NULL;
	int code;

	s->key = key_read(s->query->key, s->o, &code);
	if (code == 0)
		code = set_url(s, s->query->url);
	if (code == 0)
		code = s->query->mode == GIT_MODE_CLONE ? do_clone(s, &refs) : do_refs(s, &refs);
	if (code == 0 && s->query->compare_with)
		code = do_compare(s, refs);
	json_decref(refs);
	return code;
}

static int git_observe(const void *query, struct observer *o, struct err **e)
{
	auto_buf struct buf words = BUF_INIT((size_t)8 * 1024);
	auto_buf struct buf head = BUF_INIT(HEAD_MAX);
	struct git_session s = { .query = query,
				 .o = o,
				 .deadline = observer_deadline(o),
				 .phase = PHASE_SETUP,
				 .remote_words = &words,
				 .head = &head };
	const int code = inspect(&s);

	(void)e;
	observer_set_bool(o, "cloned", code == 0);
	observer_set_string(o, "phase", code == 0 ? "done" : s.phase);
	observer_set_int(o, "bytes", (int64_t)s.received);
	observer_phase(o, observer_kind(o) == KIND_DNS ? "resolve" : s.phase);
	session_tell(&s);
	git_url_release(&s.url);
	key_wipe(s.key);
	return 0;
}

/* Nothing of the machine's configuration may send a clone elsewhere. */
static int git_init(struct err **e)
{
	if (curl_global_init(CURL_GLOBAL_ALL) || git_libgit2_init() < 0)
		return err_set(e, ERR_SYSTEM, "libgit2 or libcurl cannot be initialised");
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
	git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "/nonexistent");
	git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, OBJECTS_MAX);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	return 0;
}

static const struct check_type git_code = {
	.name = "git",
	.observe = git_observe,
};

static const struct check_type *const types[] = { &git_code, NULL };

const struct module rounds_module = {
	.abi = MODULE_ABI,
	.types = types,
	.init = git_init,
};
