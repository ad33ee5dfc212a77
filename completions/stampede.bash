# Completion of stampede for bash: asks the program what can follow.
_stampede() {
    local rest=${COMP_LINE:0:COMP_POINT} word head offer i
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i == 0 || $rest == [[:space:]]* ]]; then
            rest=${rest#"${rest%%[![:space:]]*}"}
            words+=("")
        fi
        [[ $i == "$COMP_CWORD" ]] && word=$rest
        words[${#words[@]} - 1]+=$word
        rest=${rest#"$word"}
    done
    word=${words[${#words[@]} - 1]//[\\\"\']/}
    words[${#words[@]} - 1]=$word
    head=${word%"${2//[\\\"\']/}"}
    COMPREPLY=()
    while IFS= read -r offer; do
        [[ $offer == *[=/] ]] && compopt -o nospace 2>/dev/null
        offer=${offer#"$head"}
        [[ $offer == *[!A-Za-z0-9_.,:=@%+/-]* ]] && printf -v offer %q "$offer"
        COMPREPLY+=("$offer")
    done < <(_STAMPEDE_COMPLETE=bash stampede -- "${words[@]}" 2>/dev/null)
}
complete -F _stampede stampede
