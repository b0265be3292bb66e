# Read by a zsh without start-up files (-f), as its first line, from a pipe. It runs them itself, in zsh's order and outside of any function, so
# that it is there before them and nothing is left on the host. Placeholders as in integration.bash.
builtin printf '\e]633;G;%s;show\a' @NONCE@
# On for this one line, which is kept out of the history by it.
builtin unsetopt histignorespace
builtin setopt rcs globalrcs
builtin exec 9<&-

typeset -g __il_nonce=@NONCE@ __il_guards=@GUARD@ __il_agreed= __il_banghist= __il_number=0

__il_mark() {
  builtin printf '\e]633;G;%s;%s\a' $__il_nonce "$1" >/dev/tty
}

# Sends a text of any bytes as pieces of ASCII, in the way that zsh quotes it.
__il_text() {
  builtin emulate -L zsh
  builtin setopt nomultibyte
  builtin local LC_ALL=C
  builtin local quoted=${(qqqq)2}
  while :; do
    __il_mark "$1;${quoted[1,1500]}"
    quoted=${quoted[1501,-1]}
    [[ -n $quoted ]] || builtin break
  done
}

__il_precmd() {
  builtin local code=$?
  if [[ -n $__il_banghist ]]; then
    __il_banghist=
    builtin setopt banghist
  fi
  __il_agreed=
  builtin printf '\e]633;D;%s;nonce=%s\a' $code $__il_nonce >/dev/tty
  __il_text folder "$PWD"
  builtin printf '\e]633;A;nonce=%s\a' $__il_nonce >/dev/tty
}

__il_preexec() {
  if [[ -n $__il_banghist ]]; then
    __il_banghist=
    builtin setopt banghist
  fi
  builtin printf '\e]633;C;nonce=%s\a' $__il_nonce >/dev/tty
}

# 0 where nothing of a single line can run yet: zsh wants more of it, or refuses it. It is read as the body of a function that nothing calls.
__il_unfinished() {
  builtin local slashes=${1##*[^\\]} last=${1##*$'\n'}
  (( ${#slashes} % 2 == 1 )) && [[ $last != *'#'* ]] && builtin return 0
  # A shell in which this cannot be tried has no reason to let the line pass.
  __il_reads : || builtin return 1
  __il_reads $1 || builtin return 0
  # A here-document without its end takes any line.
  __il_reads $1$'\n)'
}

__il_reads() {
  ( functions[__il_read]=$1; (( $+functions[__il_read] )) ) 2>/dev/null
}

# Says something below the line, which stays where it is.
__il_say() {
  if [[ -z $shown ]]; then
    CURSOR=$#BUFFER
    zle -R
  fi
  shown=1
  builtin printf '\r\n%s' "$1" >/dev/tty
}

__il_judged() {
  builtin local comments=
  [[ -o interactivecomments ]] || comments=,bare
  builtin emulate -L zsh
  # Others put their own in the place of these lists.
  (( $precmd_functions[(I)__il_precmd] )) || precmd_functions=(__il_precmd $precmd_functions)
  (( $preexec_functions[(I)__il_preexec] )) || preexec_functions+=(__il_preexec)
  builtin local line=$BUFFER text=$PREBUFFER$BUFFER token part answer= early= shown= whole= got= fd
  [[ -z ${text//[[:space:]]/} ]] && builtin return 0
  builtin exec {fd}</dev/tty || builtin return 1
  # Ctrl-C breaks it off in the middle: what was opened is closed even then.
  {
    while :; do
      token=$((++__il_number))$RANDOM$RANDOM$RANDOM
      __il_text text $text
      __il_mark "ask;$token;$whole$comments"
      answer=
      while [[ -z $answer ]]; do
        if [[ $got != *$'\x1e'* ]]; then
          if ! sysread -t 60 -i $fd part; then
            answer=lost
            builtin break
          fi
          got+=$part
          builtin continue
        fi
        part=${got%%$'\x1e'*}
        got=${got#*$'\x1e'}
        if [[ $part == "$token;"* ]]; then
          answer=${part#*;}
        else
          early+=$part
        fi
        case $answer in
          (wait\;*)
            __il_say "${answer#*;}"
            answer=
            ;;
          (still) answer= ;;
        esac
      done
      [[ $answer == check ]] || builtin break
      if [[ $line != *$'\n'* ]] && __il_unfinished $text; then
        answer=more
        builtin break
      fi
      whole=whole
    done
  } always {
    builtin exec {fd}<&-
  }
  [[ $answer == lost ]] && __il_say 'interlock: no answer came, so the line was not run.'
  # Only now, because it gives the terminal its echo back: the prompt is drawn anew below what was said.
  [[ -n $shown ]] && zle -I
  early+=$got
  [[ -n $early ]] && __il_text typed $early
  __il_mark "done;$token;${answer%%;*}"
  [[ $answer == run* || $answer == more ]] || builtin return 1
  __il_agreed=$text
}

# $1: the widget that runs a line. History is put in before it is asked about, and not once more after.
__il_run() {
  builtin local widget=$1
  builtin shift
  if [[ $CONTEXT == (start|cont) ]]; then
    [[ -o banghist ]] && zle .expand-history
    __il_judged || builtin return 0
    if [[ -o banghist ]]; then
      builtin unsetopt banghist
      __il_banghist=1
    fi
  fi
  zle __il_own_$widget -- "$@"
}

# Whatever ran a line without the widgets above: it is asked about here, and put back into the next prompt where it may not.
__il_finish() {
  [[ $CONTEXT == (start|cont) && $PREBUFFER$BUFFER != $__il_agreed ]] || builtin return 0
  __il_judged && builtin return 0
  builtin print -rz -- $BUFFER
  BUFFER=
}

__il_bind() {
  builtin local widget
  for widget in accept-line accept-line-and-down-history accept-and-hold accept-and-infer-next-history; do
    zle -A $widget __il_own_$widget 2>/dev/null || builtin continue
    functions[__il_$widget]="__il_run $widget \"\$@\""
    zle -N $widget __il_$widget
  done
  builtin autoload -Uz add-zle-hook-widget && add-zle-hook-widget line-finish __il_finish 2>/dev/null
}

[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && builtin . ${ZDOTDIR:-$HOME}/.zshenv
if [[ -o login ]]; then
  if [[ -r /etc/zsh/zprofile ]]; then builtin . /etc/zsh/zprofile; elif [[ -r /etc/zprofile ]]; then builtin . /etc/zprofile; fi
  [[ -r ${ZDOTDIR:-$HOME}/.zprofile ]] && builtin . ${ZDOTDIR:-$HOME}/.zprofile
fi
if [[ -r /etc/zsh/zshrc ]]; then builtin . /etc/zsh/zshrc; elif [[ -r /etc/zshrc ]]; then builtin . /etc/zshrc; fi
[[ -r ${ZDOTDIR:-$HOME}/.zshrc ]] && builtin . ${ZDOTDIR:-$HOME}/.zshrc
if [[ -o login ]]; then
  if [[ -r /etc/zsh/zlogin ]]; then builtin . /etc/zsh/zlogin; elif [[ -r /etc/zlogin ]]; then builtin . /etc/zlogin; fi
  [[ -r ${ZDOTDIR:-$HOME}/.zlogin ]] && builtin . ${ZDOTDIR:-$HOME}/.zlogin
fi
[[ -n ${HISTFILE-} && -r $HISTFILE ]] && builtin fc -R

typeset -ga precmd_functions preexec_functions
precmd_functions=(__il_precmd $precmd_functions)
preexec_functions=($preexec_functions __il_preexec)
if [[ $__il_guards != 1 || ! -o zle ]]; then
  __il_mark "began;zsh $ZSH_VERSION;"
elif ! builtin zmodload zsh/system zsh/parameter 2>/dev/null; then
  __il_mark "began;zsh $ZSH_VERSION;"
else
  __il_bind
  __il_mark "began;zsh $ZSH_VERSION;guard"
fi
