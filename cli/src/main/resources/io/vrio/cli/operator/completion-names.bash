
# What picocli cannot know: the names of devices and peers that a daemon of this machine has, and
# those of libvirt's domains.
function _vrio_names() {
  case $1 in
    disk | nic | peer) "${COMP_WORDS[0]}" "$1" list 2>/dev/null | awk 'NR > 1 { print $1 }' ;;
    domain) virsh --quiet list --all --name 2>/dev/null ;;
  esac
}

# What names stand where the cursor is, or nothing.
function _vrio_named() {
  if [[ ${COMP_WORDS[COMP_CWORD-1]} == --domain ]]; then
    echo domain
  elif [[ $COMP_CWORD == 3 && ${COMP_WORDS[3]} != -* ]]; then
    case "${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
      *" create" | *" list") ;;
      "disk "* | "nic "* | "peer "* | "domain show") echo "${COMP_WORDS[1]}" ;;
    esac
  fi
}

function _complete_vrio_line() {
  _complete_vrio
  local kind
  kind=$(_vrio_named)
  if [[ -n $kind ]]; then
    COMPREPLY=($(compgen -W "$(_vrio_names "$kind")" -- "${COMP_WORDS[COMP_CWORD]}"))
  fi
}

complete -F _complete_vrio_line -o default vrio vrio.sh vrio.bash
