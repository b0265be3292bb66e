import { all, type Programs, verbs } from "../program.ts";

const APT = {
  append: "download",
  read: "list search show showpkg showsrc policy depends rdepends changelog check madison pkgnames stats dump help moo",
  modify: "update clean autoclean distclean",
  schema:
    "install reinstall upgrade full-upgrade dist-upgrade remove purge autoremove autopurge build-dep satisfy source dselect-upgrade markauto unmarkauto modernize-sources",
  privilege: "edit-sources",
};

const DNF = {
  read: "list info search provides whatprovides repoquery repolist repoinfo deplist check check-update check-upgrade history help updateinfo group grouplist groupinfo alias module leaves needs-restarting",
  modify: "makecache clean",
  schema:
    "install reinstall upgrade update upgrade-minimal update-minimal downgrade distro-sync remove erase autoremove swap groupinstall groupupdate groupremove mark builddep localinstall system-upgrade offline-upgrade",
  privilege: "config-manager copr versionlock shell",
};

const rpmTable = {
  effect: "unknown" as const,
  says: "Asks about packages",
  kind: "package" as const,
  options: {
    safe: "a f p i l c d s R v h --all --file --package --info --list --configfiles --docfiles --state --requires --provides --conflicts --obsoletes --whatprovides --whatrequires --changelog --scripts --queryformat= --qf= --last --triggers --nosignature --nodigest --dump --nodeps --noscripts --force --replacepkgs --percent --quiet",
    shows: "q V K --query --verify --showrc --querytags --checksig --version --test",
    schema: "U F e --upgrade --freshen --erase --install --reinstall --rebuilddb --initdb --setperms --setugids --restore",
    privilege: "--import",
    opaque: "--eval= E: --pipe= --macros= --define= D: --root= --dbpath= --rcfile= --load=",
  },
};

/** What is installed on a host is how it is made up: installing, upgrading and removing run programs of the packages as root. */
export const PACKAGES: Programs = {
  ...all("apt apt-get apt-cache aptitude", {
    kind: "package",
    options: {
      safe: "y q s d f m u V t: h v a --yes --assume-yes --assume-no --quiet? --dry-run --simulate --just-print --no-install-recommends --install-recommends --no-upgrade --only-upgrade --allow-downgrades --allow-remove-essential --allow-change-held-packages --download-only --fix-broken --fix-missing --purge --reinstall --installed --upgradable --upgradeable --all-versions --manual-installed --names-only --full --target-release= --auto-remove --autoremove --no-show-upgraded --verbose-versions --with-new-pkgs --allow-unauthenticated --print-uris --recurse --important --no-remove --ignore-missing --show-progress --ignore-hold --trivial-only",
      opaque: "o: c: --option= --config-file=",
    },
    verbs: verbs(APT, {
      install: {
        effect: "schema",
        says: "Installs {}",
        kind: "package",
        options: { shows: "s --dry-run --simulate --just-print", loose: true },
      },
      remove: {
        effect: "schema",
        says: "Uninstalls {}",
        kind: "package",
        options: { shows: "s --dry-run --simulate --just-print", loose: true },
      },
      upgrade: {
        effect: "schema",
        says: "Upgrades what is installed",
        kind: "package",
        options: { shows: "s --dry-run --simulate --just-print", loose: true },
      },
    }),
  }),
  "apt-mark": {
    kind: "package",
    verbs: verbs({
      read: "showmanual showauto showhold showinstall showremove",
      schema: "manual auto hold unhold install remove purge minimize-manual",
    }),
  },
  "apt-key": { kind: "none", verbs: verbs({ read: "list finger export exportall", privilege: "add del adv update net-update" }) },
  "add-apt-repository": { effect: "privilege", says: "Trusts the package source {}", kind: "name" },
  "apt-file": { verbs: verbs({ read: "search find list show", modify: "update purge" }), kind: "none" },
  dpkg: {
    effect: "schema",
    says: "Changes what is installed: {}",
    kind: "package",
    options: {
      safe: "D: --root= --admindir= --no-pager --force-all",
      shows:
        "l L s S p c I V C --list --listfiles --status --search --print-avail --contents --info --verify --audit --get-selections --print-architecture --print-foreign-architectures --compare-versions --version --help --dry-run --simulate --no-act --yet-to-unpack --field --fields f",
      schema:
        "i r P --install --unpack --configure --remove --purge --set-selections --clear-selections --update-avail --add-architecture --remove-architecture --triggers-only --force? E G R a --pending --recursive",
      opaque: "--pre-invoke= --post-invoke= --status-logger= --path-exclude=",
    },
  },
  "dpkg-query": { says: "Shows what is installed", kind: "none" },
  "dpkg-reconfigure": { effect: "privilege", says: "Configures {} anew", kind: "package" },
  "update-alternatives": {
    effect: "privilege",
    says: "Changes which program a name stands for",
    kind: "none",
    options: { loose: true, shows: "--list --display --query --get-selections" },
  },
  needrestart: {
    says: "Shows what should be restarted",
    kind: "none",
    options: { safe: "b p v q k l w n m:", modify: "r:", unknown: "c: o:" },
  },
  ...all("dnf dnf5 yum microdnf tdnf", {
    kind: "package",
    options: {
      safe: "y q v C b d: e: R: x: --assumeyes --assumeno --quiet --verbose --cacheonly --best --nobest --enablerepo= --disablerepo= --repo= --repoid= --exclude= --refresh --showduplicates --installed --available --all --security --releasever= --nogpgcheck --skip-broken --allowerasing --downloadonly --color= --obsoletes --version --help --latest-limit= --queryformat= --requires --whatrequires --whatprovides --list l --advisory= --cve=",
      opaque: "c: --config= --setopt= --installroot= --destdir= --enableplugin=",
    },
    verbs: verbs(DNF, {
      history: { verbs: verbs({ read: "list info userinstalled", schema: "undo redo rollback replay store" }), bare: "read" },
      module: { verbs: verbs({ read: "list info provides", schema: "enable disable install remove reset switch-to update" }) },
      group: { verbs: verbs({ read: "list info summary", schema: "install remove upgrade mark" }) },
    }),
  }),
  rpm: {
    rule: (call) => {
      const words = call.words();
      const letters = words.filter((word) => /^-[A-Za-z]/u.test(word)).join("");
      const asks = /[qVK]/u.test(letters) || words.some((word) => /^--(?:query|verify|version|showrc|querytags|checksig)$/u.test(word));
      // `-i` alone installs, with -q it shows information; `-e` and the others are in the table.
      if (!asks && letters.includes("i")) return { ...rpmTable, effect: "schema" as const, says: "Installs {}" };
      if (!asks && (/[UFe]/u.test(letters) || words.some((word) => /^--(?:upgrade|freshen|erase|install|import)$/u.test(word))))
        return { ...rpmTable, effect: "schema" as const, says: "Changes what is installed: {}" };
      return rpmTable;
    },
  },
  ...all("zypper", {
    kind: "package",
    options: { safe: "n q v --non-interactive --quiet --verbose --no-refresh -r:", opaque: "--root= --config= c:" },
    verbs: verbs({
      read: "search se info if packages pa list-updates lu list-patches lp repos lr services ls patches pch what-provides wp locks ll ps targetos",
      modify: "refresh ref clean cc",
      schema: "install in remove rm update up patch dist-upgrade dup verify ve source-install si install-new-recommends inr",
      privilege: "addrepo ar removerepo rr modifyrepo mr addlock al removelock rl",
    }),
  }),
  apk: {
    kind: "package",
    options: { safe: "q v U X: p: --quiet --verbose --no-cache --update-cache --no-progress" },
    verbs: verbs({
      read: "info list search policy dot stats version manifest audit verify",
      modify: "update cache fetch",
      schema: "add del fix upgrade",
    }),
  },
  pacman: {
    effect: "schema",
    says: "Changes what is installed: {}",
    kind: "package",
    options: { safe: "i l o s q e t m n k g y u c p v --noconfirm --needed", shows: "Q F T V", schema: "S R U D" },
  },
  snap: {
    kind: "package",
    verbs: verbs({
      read: "list info find version changes services logs connections get known warnings whoami",
      schema: "install remove refresh revert enable disable switch alias unalias",
      modify: "start stop restart",
      privilege: "connect disconnect set unset login logout ack",
      unknown: "run",
    }),
  },
  flatpak: {
    kind: "package",
    verbs: verbs({
      read: "list info search history ps remotes remote-ls remote-info config",
      schema: "install uninstall update mask pin",
      unknown: "run enter build",
    }),
  },
  brew: {
    kind: "package",
    verbs: verbs({
      read: "list ls info search deps uses outdated config doctor leaves desc",
      schema: "install uninstall remove upgrade reinstall link unlink",
      modify: "update cleanup",
      delete: "autoremove",
    }),
  },
  ...all("npm pnpm", {
    kind: "package",
    options: {
      safe: "g s --global --silent --json --long --depth= --production --prefix= --parseable --all --omit= --registry=",
      opaque: "--script-shell= --userconfig= --globalconfig=",
    },
    verbs: verbs(
      {
        read: "ls list la ll view info show v outdated search root bin prefix whoami ping doctor explain why fund help help-search docs repo bugs query diff",
        schema: "install i add ci uninstall remove rm un update up upgrade dedupe prune link rebuild audit",
        append: "pack",
        privilege: "publish unpublish deprecate owner access token adduser login logout dist-tag config set team org hook profile",
        unknown: "run run-script exec x test t start stop restart init create",
      },
      {
        config: { verbs: verbs({ read: "get list ls", privilege: "set delete edit fix" }) },
        audit: { effect: "read", options: { loose: true } },
      },
    ),
  }),
  ...all("yarn", {
    kind: "package",
    bare: "schema",
    verbs: verbs({
      read: "list info why outdated versions licenses",
      schema: "install add remove upgrade up dedupe",
      unknown: "run exec dlx start test build node create",
    }),
  }),
  npx: { effect: "unknown", says: "Downloads and runs {}", kind: "none" },
  ...all("pip pip3 pipx", {
    kind: "package",
    options: { safe: "q v --quiet --verbose --disable-pip-version-check --no-color --no-input --isolated", opaque: "--python=" },
    verbs: verbs(
      {
        read: "list show freeze check search index inspect debug help hash",
        schema: "install uninstall inject upgrade upgrade-all reinstall",
        modify: "cache",
        append: "download wheel",
        privilege: "config",
        unknown: "run",
      },
      {
        config: { verbs: verbs({ read: "list get debug", privilege: "set unset edit" }) },
        cache: { verbs: verbs({ read: "dir info list", delete: "remove purge" }) },
      },
    ),
  }),
  ...all("gem", {
    kind: "package",
    verbs: verbs({
      read: "list search query info environment specification which outdated contents dependency help",
      schema: "install uninstall update cleanup pristine",
      unknown: "exec",
    }),
  }),
  ...all("cargo", {
    verbs: verbs({ read: "tree metadata search --version version", schema: "install uninstall", unknown: "run build test bench check" }),
  }),
  ...all("go", { verbs: verbs({ read: "version env list doc vet", schema: "install get", unknown: "run build test generate tool mod" }) }),
  ...all("make gmake cmake ninja mvn gradle ant rake bazel just task", {
    effect: "unknown",
    says: "Runs what a file of rules says",
    kind: "none",
  }),
};
