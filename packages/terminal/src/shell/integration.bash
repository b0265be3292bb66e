# Read by bash as the file that ENV names in POSIX mode, from a pipe: the one way to be there before a login shell's own files, to stay a login
# shell, and to leave nothing on the host. Everything is defined before those files run, so that no alias of theirs gets into it.
# Placeholders: @NONCE@ proves marks to the agent; @GUARD@ is 1 where lines wait for the agent.
builtin set +o posix
builtin shopt -u inherit_errexit 2>/dev/null
builtin unset ENV
builtin exec 9<&-
[[ ${HISTFILE-} == ~/.sh_history ]] && HISTFILE=~/.bash_history

__il_nonce=@NONCE@
__il_guards=@GUARD@
__il_running='' __il_more='' __il_histexpand='' __il_number=0

__il_mark() {
  builtin printf '\e]633;G;%s;%s\a' "$__il_nonce" "$1" >/dev/tty
}

# Sends a text of any bytes as pieces of ASCII, in the way that bash quotes it.
__il_text() {
  builtin local LC_ALL=C quoted
  builtin printf -v quoted %q "$2"
  while :; do
    __il_mark "$1;${quoted:0:1500}"
    quoted=${quoted:1500}
    [[ -n $quoted ]] || builtin break
  done
}

__il_prompt() {
  builtin local code="$?"
  { builtin local flags="$-"; builtin set +x; } 2>/dev/null
  __il_running='' __il_more=''
  if [[ -n $__il_histexpand ]]; then
    __il_histexpand=''
    builtin set -H
  fi
  builtin printf '\e]633;D;%s;nonce=%s\a' "$code" "$__il_nonce" >/dev/tty
  __il_text folder "$PWD"
  builtin printf '\e]633;A;nonce=%s\a' "$__il_nonce" >/dev/tty
  [[ $flags == *x* ]] && builtin set -x
  builtin return "$code"
}

# Others put their own in the place of these two variables; they are put back before the next line is judged.
__il_hooks() {
  if [[ ${PROMPT_COMMAND[*]-} != *__il_prompt* ]]; then
    if [[ $(builtin declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
      PROMPT_COMMAND=(__il_prompt "${PROMPT_COMMAND[@]}")
    else
      PROMPT_COMMAND=__il_prompt${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
    fi
  fi
  # Expanded once a command was read whole, before it runs: no trap of the user is taken for it.
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) && builtin shopt -q promptvars && [[ ${PS0-} != *__il_running* ]]; then
    PS0='${__il_running:$((__il_running=1)):0}\e]633;C;nonce='$__il_nonce'\a'${PS0-}
  fi
}

# What the key does that ends the way of Enter: nothing, or what was granted.
__il_key() {
  builtin local map
  for map in emacs-standard vi-insert vi-command; do
    builtin bind -m "$map" "\"\\C-x\\C-]\": $1"
  done
}

# 0 where nothing of a single line can run yet: bash wants more of it, or refuses it.
__il_unfinished() {
  builtin local said last="${1##*$'\n'}" slashes extglob=+O
  builtin shopt -q extglob && extglob=-O
  slashes=${1##*[!\\]}
  # In a comment alone a backslash at the end continues nothing.
  ((${#slashes} % 2 == 1)) && [[ $last != *'#'* ]] && builtin return 0
  said=$(builtin printf '%s\n' "$1" | BASH_ENV='' LC_ALL=C "$BASH" --norc --noprofile "$extglob" extglob -n 2>&1)
  # Anything else it says, or that it could not be asked, is no reason to let the line pass.
  [[ $said == *'syntax error'* || $said == *'unexpected EOF'* || $said == *'unexpected end of file'* || $said == *here-document* ]]
}

# $1: what Enter, or the other keys that run a line, would do. The line stands there as it will run: history has been put in.
__il_guard() {
  { builtin local flags="$-"; builtin set +x +u; } 2>/dev/null
  builtin local IFS=$' \t\n'
  __il_key '""'
  if __il_judged "$1"; then
    __il_key "$1"
    # Before PS0 there was, output begins here.
    ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)) && builtin printf '\e]633;C;nonce=%s\a' "$__il_nonce" >/dev/tty
    builtin local marks="${histchars-!^}"
    if [[ $flags == *H* && ($READLINE_LINE == *"${marks:0:1}"* || $READLINE_LINE == "${marks:1:1}"*) ]]; then
      # It was expanded already; what was agreed to is what runs.
      builtin set +H
      __il_histexpand=1
    fi
  fi
  [[ $flags == *u* ]] && builtin set -u
  [[ $flags == *x* ]] && builtin set -x
  builtin return 0
}

__il_judged() {
  if [[ -n $__il_running ]]; then
    # A program asks for a line (read -e): that is no command. Without the hook it cannot be told, and a line is a line.
    [[ ${PROMPT_COMMAND[*]-} == *__il_prompt* ]] && builtin return 0
    __il_running='' __il_more=''
  fi
  __il_hooks
  builtin local line="$READLINE_LINE" text token part answer early='' shown='' whole='' comments=''
  builtin shopt -q interactive_comments || comments=,bare
  [[ $1 == edit-and-execute-command ]] && line='fc -e "${VISUAL:-${EDITOR:-emacs}}"'
  [[ -z ${line//[[:space:]]/} && -z $__il_more ]] && builtin return 0
  text=${__il_more:+$__il_more$'\n'}$line
  while :; do
    token=$((++__il_number))$RANDOM$RANDOM$RANDOM
    __il_text text "$text"
    __il_mark "ask;$token;$whole$comments"
    answer=''
    while [[ -z $answer ]]; do
      # Pieces end with RS, which no locale may take for part of a character. What is not an answer was typed before the agent knew of the question: it is sent back to be typed again.
      if ! IFS= LC_ALL=C builtin read -r -t 60 -d $'\x1e' part; then
        early+=$part
        answer=lost
      elif [[ $part == "$token;"* ]]; then
        answer=${part#*;}
      else
        early+=$part
      fi
      case $answer in
        wait\;*)
          # bash has cleared the line; it is shown again above what is said about it.
          [[ -z $shown ]] && __il_show "$line"
          shown=1
          builtin printf '%s\r\n' "${answer#*;}" >/dev/tty
          answer=''
          ;;
        still) answer='' ;;
      esac
    done
    [[ $answer == check ]] || builtin break
    if [[ $line != *$'\n'* ]] && __il_unfinished "$text"; then
      answer=more
      builtin break
    fi
    whole=whole
  done
  [[ $answer == lost ]] && builtin printf '\r\n%s\r\n' 'interlock: no answer came, so the line was not run.' >/dev/tty
  [[ -n $early ]] && __il_text typed "$early"
  __il_mark "done;$token;${answer%%;*}"
  [[ $answer == run* || $answer == more ]] || builtin return 1
  # What an editor ends with runs without a prompt in between.
  [[ $1 == edit-and-execute-command ]] || __il_more=$text
  builtin return 0
}

__il_show() {
  builtin local prompt='$ '
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) && if [[ -n $__il_more ]]; then prompt=${PS2@P}; else prompt=${PS1@P}; fi
  builtin printf '%s%s\r\n' "${prompt//[$'\001\002']/}" "${1//$'\n'/$'\r\n'}" >/dev/tty
}

# Enter becomes three keys: history is put into the line, the line is asked about, and what was granted happens.
__il_bind() {
  builtin local map
  for map in emacs-standard vi-insert vi-command; do
    builtin bind -m "$map" '"\C-x[": history-expand-line'
    builtin bind -m "$map" -x '"\C-x\C-^": __il_guard accept-line'
    builtin bind -m "$map" -x '"\C-x^": __il_guard operate-and-get-next'
    builtin bind -m "$map" -x '"\C-x\C-_": __il_guard edit-and-execute-command'
    builtin bind -m "$map" '"\C-m": "\C-x[\C-x\C-^\C-x\C-]"'
    builtin bind -m "$map" '"\C-j": "\C-x[\C-x\C-^\C-x\C-]"'
  done
  builtin bind -m emacs-standard '"\C-o": "\C-x[\C-x^\C-x\C-]"'
  builtin bind -m emacs-standard '"\C-x\C-e": "\C-x\C-_\C-x\C-]"'
  builtin bind -m vi-command '"v": "\C-x\C-_\C-x\C-]"'
  __il_key '""'
}

if builtin shopt -q login_shell; then
  [[ -r /etc/profile ]] && builtin . /etc/profile
  if [[ -r ~/.bash_profile ]]; then
    builtin . ~/.bash_profile
  elif [[ -r ~/.bash_login ]]; then
    builtin . ~/.bash_login
  elif [[ -r ~/.profile ]]; then
    builtin . ~/.profile
  fi
else
  [[ -r /etc/bash.bashrc ]] && builtin . /etc/bash.bashrc
  [[ -r ~/.bashrc ]] && builtin . ~/.bashrc
fi

__il_hooks
if [[ -n ${BLE_VERSION-} ]]; then
  __il_mark 'none;ble.sh reads the lines of this shell'
elif [[ $__il_guards != 1 ]]; then
  __il_mark "began;bash $BASH_VERSION;"
elif [[ $SHELLOPTS != *emacs* && $SHELLOPTS != *vi* ]]; then
  __il_mark "began;bash $BASH_VERSION;"
else
  __il_bind
  __il_mark "began;bash $BASH_VERSION;guard"
fi
