/** A PATH of the folders that hold the programs of the tables, and of what it was. */
export const NAMES_OF_PROGRAMS =
  /^(?:(?:\$PATH|\$\{PATH\}|\/usr\/local\/s?bin|\/usr\/s?bin|\/s?bin|\/snap\/bin|\/opt\/puppetlabs\/bin)(?::|$))+$/u;

/** The dynamic linker, shells and interpreters load or run what these name. Sources: ld.so(8), bash(1), and each interpreter's manual. */
export const LOADED_BY_ALL =
  /^(?:LD_\w+|DYLD_\w+|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|NLSPATH|BASH_ENV|ENV|ZDOTDIR|SHELLOPTS|BASHOPTS|BASH_LOADABLES_PATH|BASH_FUNC_\w+|EXECIGNORE|POSIXLY_CORRECT|PYTHON(?:PATH|STARTUP|HOME|INSPECT|BREAKPOINT|WARNINGS)|PERL5(?:LIB|OPT|DB)|PERLLIB|RUBY(?:OPT|LIB)|NODE_(?:OPTIONS|PATH|COMPILE_CACHE)|(?:_)?JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|LUA_(?:INIT|PATH|CPATH)\w*|PHPRC|PHP_INI_SCAN_DIR|TAR_OPTIONS|RSYNC_\w+|GIT_(?:CONFIG\w*|DIR|WORK_TREE|EXEC_PATH|TEMPLATE_DIR)|GNUPGHOME|OPENSSL_CONF|OPENSSL_MODULES|OPENSSL_ENGINES|TERMINFO|TERMCAP|VIMINIT|EXINIT|VIM|VIMRUNTIME|MYVIMRC|LESSKEY\w*|LESS|MANOPT|GREP_OPTIONS|AWKPATH|AWKLIBPATH|CURL_HOME|WGETRC|HELM_PLUGINS|DOCKER_CONFIG|AWS_CONFIG_FILE|PGSYSCONFDIR|PSQLRC|MYSQL_HOME|INPUTRC|HOSTALIASES|NODE_EXTRA_CA_CERTS|XDG_CONFIG_HOME|XDG_DATA_HOME)$/u;

/** Expanded, substitutions included, whenever a prompt or a trace is shown; the first is run as it is. */
export const RUN_AS_PROMPT = /^(?:PS[0-4]|PROMPT|RPROMPT|PROMPT_COMMAND)$/u;

/** Programs run what these name: pagers, editors, transports, askers. */
export const RUN_AS_TEXT =
  /^(?:\w*PAGER|\w*EDITOR|VISUAL|FCEDIT|\w*BROWSER|LESSOPEN|LESSCLOSE|\w*ASKPASS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PROXY_COMMAND|SEQUENCE_EDITOR)|SSH_ASKPASS\w*|KUBE_EDITOR|KUBECTL_EXTERNAL_DIFF|TAPE|TAR_RSH|CVS_RSH|SVN_SSH|MAKEFLAGS|SHELL|MAILPATH|COMMAND_NOT_FOUND_HANDLE)$/u;

/** Values of those that everybody uses and that run nothing else. */
export const HARMLESS_VALUES = /^(?:|cat|less|less -[A-Za-z]+|more|true|vi|vim|nano|\/bin\/(?:ba)?sh|\/usr\/bin\/(?:less|vim?|nano))$/u;

/** Credentials by the name of the variable. */
export const SECRET_NAMES =
  /(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PGPASSWORD|MYSQL_PWD|SECRET(?:_(?:ACCESS_)?KEY)?|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?|REDISCLI_AUTH|VAULT_TOKEN)$/iu;
