//! The scripts of the shells. Each asks the program; none knows a name.

use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::cli::complete::ASKED;

/// bash splits words also at `=`, `:` and `@`, where we do not, and puts in only what follows the last of these. What is not
/// plain is quoted, as bash does it for its own file names.
const BASH: &str = r#"# Completion of stampede for bash: asks the program what can follow.
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
    done < <(ASKED=bash stampede -- "${words[@]}" 2>/dev/null)
}
complete -F _stampede stampede
"#;

/// To be sourced, or to be put as `_stampede` into a folder of `fpath`.
const ZSH: &str = r#"#compdef stampede
# Completion of stampede for zsh: asks the program what can follow.
_stampede() {
    local line value entry
    local -a whole open
    for line in "${(@f)$(ASKED=zsh stampede -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
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
"#;

/// The completion script.
pub(in crate::cli) fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => BASH.replace("ASKED", ASKED),
        Shell::Zsh => ZSH.replace("ASKED", ASKED),
        other => {
            let mut out = Vec::new();
            if let Some(shell) = Shells::builtins().completer(&other.to_string()) {
                // Writing into memory does not fail.
                _ = shell.write_registration(ASKED, "stampede", "stampede", "stampede", &mut out);
            }
            format!("{}\n", String::from_utf8_lossy(&out).trim())
        }
    }
}
