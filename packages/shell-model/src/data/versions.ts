import { all, type Programs, verbs } from "../program.ts";

/** Version control. Source: git(1) of 2.47 and the page of each subcommand. */
export const VERSIONS: Programs = {
  git: {
    kind: "none",
    options: {
      first: true,
      safe: "C: P p --no-pager --paginate --bare --no-replace-objects --literal-pathspecs --no-optional-locks --version --help --html-path --man-path --info-path",
      opaque: "c: --config-env= --exec-path? --git-dir= --work-tree= --namespace= --super-prefix=",
    },
    verbs: verbs(
      {
        read: "blame annotate describe rev-parse rev-list ls-files cat-file shortlog whatchanged name-rev merge-base for-each-ref show-ref diff-tree diff-index diff-files count-objects check-ignore check-attr check-mailmap check-ref-format var cherry range-diff verify-commit verify-tag help version show-branch merge-tree get-tar-commit-id patch-id stripspace column ls-tree",
        append: "commit add stage init bundle fetch mktag mktree write-tree commit-tree",
        modify:
          "pull merge rebase cherry-pick revert checkout switch restore reset mv apply am gc repack pack-refs pack-objects prune-packed update-index update-ref read-tree symbolic-ref sparse-checkout maintenance commit-graph multi-pack-index replace rerere notes",
        delete: "rm clean prune",
        privilege: "config credential credential-store credential-cache daemon instaweb",
        unknown: "filter-branch bisect difftool mergetool request-pull send-email svn p4 citool gui lfs subtree",
      },
      {
        fsck: { says: "Checks the repository", kind: "none", options: { loose: true, append: "--lost-found" } },
        "hash-object": { kind: "none", options: { loose: true, append: "w" } },
        "interpret-trailers": { kind: "none", options: { loose: true, modify: "--in-place" } },
        submodule: {
          bare: "read",
          kind: "none",
          options: { safe: "q --quiet --cached", first: true },
          verbs: verbs({ read: "status summary", unknown: "add init update foreach sync absorbgitdirs deinit set-branch set-url" }),
        },
        status: { says: "Shows the state of the checkout", kind: "none" },
        log: { says: "Shows the history", kind: "none", options: { loose: true, writes: "--output=", opaque: "--ext-diff --textconv" } },
        diff: { says: "Shows differences", kind: "none", options: { loose: true, writes: "--output=", opaque: "--ext-diff --textconv" } },
        show: { says: "Shows a commit", kind: "none", options: { loose: true, writes: "--output=", opaque: "--ext-diff --textconv" } },
        grep: { says: "Looks for text", kind: "none", options: { loose: true, opaque: "O? --open-files-in-pager?" } },
        "ls-remote": {
          says: "Shows what another repository has",
          kind: "none",
          options: { loose: true, opaque: "--upload-pack= --exec= --server-option=" },
        },
        clone: {
          effect: "append",
          says: "Copies a repository",
          kind: "none",
          options: {
            loose: true,
            safe: "b: o: j:",
            opaque: "c: u: --config= --upload-pack= --template= --reference= --recurse-submodules? --recursive",
          },
        },
        pull: {
          effect: "modify",
          says: "Brings in what others committed",
          kind: "none",
          options: { loose: true, opaque: "--upload-pack=" },
        },
        fetch: {
          effect: "append",
          says: "Fetches what others committed",
          kind: "none",
          options: { loose: true, opaque: "--upload-pack=", delete: "p --prune P --prune-tags" },
        },
        push: {
          effect: "append",
          says: "Sends commits to another repository",
          kind: "none",
          options: {
            loose: true,
            modify: "f --force --force-with-lease? --force-if-includes",
            delete: "d --delete --prune --mirror",
            opaque: "--receive-pack= --exec=",
          },
        },
        archive: {
          says: "Packs the files of a commit",
          kind: "none",
          options: { loose: true, writes: "o: --output=", opaque: "--exec= --remote=" },
        },
        "format-patch": { effect: "append", says: "Writes commits as patches", kind: "none", options: { loose: true, shows: "--stdout" } },
        reset: {
          effect: "modify",
          says: "Moves the branch to another commit",
          kind: "none",
          options: { loose: true, delete: "--hard --merge --keep" },
        },
        checkout: { effect: "modify", says: "Checks out another state", kind: "none", options: { loose: true, delete: "f --force --" } },
        restore: { effect: "delete", says: "Throws away changes that are not committed", kind: "none", options: { loose: true } },
        rebase: {
          effect: "modify",
          says: "Writes commits anew",
          kind: "none",
          options: { loose: true, opaque: "x: --exec= s: --strategy=" },
        },
        clean: {
          effect: "delete",
          says: "Deletes files that are not under version control",
          kind: "none",
          options: { loose: true, shows: "n --dry-run" },
        },
        branch: {
          bare: "read",
          effect: "append",
          kind: "none",
          says: "Makes a branch",
          options: {
            loose: true,
            shows: "a r v vv l --all --remotes --list --show-current --contains --merged --no-merged --points-at --format= --sort=",
            delete: "d D --delete",
            modify: "m M c C f u: --move --copy --force --set-upstream-to= --unset-upstream --edit-description",
          },
        },
        tag: {
          bare: "read",
          effect: "append",
          says: "Makes a tag",
          kind: "none",
          options: {
            loose: true,
            shows: "l n --list --contains --points-at --sort= v --verify",
            delete: "d --delete",
            modify: "f --force",
          },
        },
        remote: {
          bare: "read",
          kind: "none",
          options: { safe: "v" },
          verbs: verbs({
            read: "show get-url",
            privilege: "add set-url set-head set-branches rename",
            delete: "remove rm prune",
            append: "update",
          }),
        },
        stash: {
          bare: "modify",
          kind: "none",
          verbs: verbs({ read: "list show", modify: "push save pop apply branch create store", delete: "drop clear" }),
        },
        worktree: {
          verbs: verbs({ read: "list", append: "add", modify: "lock unlock move repair", delete: "remove prune" }),
          kind: "none",
        },
        reflog: { bare: "read", verbs: verbs({ read: "show list exists", delete: "expire delete" }), kind: "none" },
        config: {
          effect: "privilege",
          kind: "none",
          says: "Changes how git works, programs it runs included",
          options: { loose: true, shows: "l --list --get --get-all --get-regexp --get-urlmatch --get-color" },
        },
      },
    ),
  },
  ...all("gh glab", {
    kind: "name",
    verbs: verbs(
      {},
      {
        pr: {
          verbs: verbs({
            read: "list view status diff checks",
            append: "create comment review",
            modify: "edit merge close reopen ready checkout update-branch lock unlock",
          }),
        },
        mr: { verbs: verbs({ read: "list view diff", append: "create note", modify: "update merge close reopen checkout approve" }) },
        issue: {
          verbs: verbs({
            read: "list view status",
            append: "create comment note",
            modify: "edit close reopen update pin lock",
            delete: "delete",
          }),
        },
        run: { verbs: verbs({ read: "list view watch download", modify: "rerun cancel", delete: "delete" }) },
        repo: {
          verbs: verbs({
            read: "list view",
            append: "clone create fork",
            privilege: "edit archive rename sync deploy-key",
            delete: "delete",
          }),
        },
        release: { verbs: verbs({ read: "list view download", append: "create upload", modify: "edit", delete: "delete" }) },
        auth: { verbs: verbs({ read: "status", privilege: "login logout refresh token setup-git" }) },
        workflow: { verbs: verbs({ read: "list view", privilege: "run enable disable" }) },
        status: {},
        search: {},
      },
    ),
  }),
  svn: {
    kind: "none",
    verbs: verbs({
      read: "status st info log diff list ls cat blame propget proplist",
      append: "add commit ci mkdir import checkout co export",
      modify: "update up merge switch revert resolve cleanup move mv copy cp propset",
      delete: "delete rm remove",
    }),
  },
  hg: {
    kind: "none",
    verbs: verbs({
      read: "status st log diff identify id cat annotate heads tip parents summary branches tags paths",
      append: "add commit ci clone init",
      modify: "update up pull merge push revert rebase",
    }),
  },
};
