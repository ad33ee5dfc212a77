#compdef stampede
# Completion of stampede for zsh: asks the program what can follow.
_stampede() {
    local line value entry
    local -a whole open
    for line in "${(@f)$(_STAMPEDE_COMPLETE=zsh stampede -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        value=${line%%$'\t'*}
        [[ -n $value ]] || continue
        entry=${${value//\\/\\\\}//:/\\:}
        [[ $line == *$'\t'* ]] && entry+=":${line#*$'\t'}"
        if [[ $value == *[=/] ]]; then open+=("$entry"); else whole+=("$entry"); fi
    done
    (( $#open )) && _describe -V 'values' open -S ''
    (( $#whole )) && _describe -V 'values' whole
}
if [[ $funcstack[1] == _stampede ]]; then
    _stampede "$@"
else
    compdef _stampede stampede
fi
