#compdef stampede

autoload -U is-at-least

_stampede() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_stampede_commands" \
"*::: :->stampede" \
&& ret=0
    case $state in
    (stampede)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-command-$line[1]:"
        case $line[1] in
            (detect)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replay=[Classify a recorded series (CSV, JSON lines, or the protocol'\''s table; - is standard input) instead of live systems]:FILE:_files' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'--schema[Print the JSON Schema of \`-o json\` and end]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__detect_commands" \
"*::: :->detect" \
&& ret=0

    case $state in
    (detect)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-detect-command-$line[1]:"
        case $line[1] in
            (cache)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(database)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
'--since=[Count only lines younger than this]:TIME:_default' \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files and globs, - for standard input \[default\: the configured ones\]:_default' \
&& ret=0
;;
(hotkeys)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, 80 columns"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__detect__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-detect-help-command-$line[1]:"
        case $line[1] in
            (cache)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(database)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hotkeys)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(drill)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples of a measurement]:TIME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::scenario -- What to rehearse \[default\: list the scenarios\]:(classic-expiry hot-key)' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help]' \
'--help[Print help]' \
":: :_stampede__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((text\:"For people"
json\:"One JSON document"))' \
'--output=[Form of the answer]:OUTPUT:((text\:"For people"
json\:"One JSON document"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-config-help-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help]' \
'--help[Print help]' \
':shell -- Which shell:(bash elvish fish powershell zsh)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-command-$line[1]:"
        case $line[1] in
            (detect)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__detect_commands" \
"*::: :->detect" \
&& ret=0

    case $state in
    (detect)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-detect-command-$line[1]:"
        case $line[1] in
            (cache)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(database)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(hotkeys)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(drill)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-config-command-$line[1]:"
        case $line[1] in
            (show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(completions)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_stampede_commands] )) ||
_stampede_commands() {
    local commands; commands=(
'detect:Measure everything at once, name the pattern, and say what to do next' \
'drill:Rehearse\: a real stampede on real servers, diagnosed' \
'config:Show what would be used, or print the schema of stampede.yaml' \
'completions:Print the completion script of a shell' \
'man:Print the manual page (troff)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede commands' commands "$@"
}
(( $+functions[_stampede__subcmd__completions_commands] )) ||
_stampede__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'stampede completions commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config_commands] )) ||
_stampede__subcmd__config_commands() {
    local commands; commands=(
'show:Show the targets, thresholds and facts in use, secrets redacted, and where each came from' \
'schema:Print the JSON Schema of stampede.yaml, for editors' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede config commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__help_commands] )) ||
_stampede__subcmd__config__subcmd__help_commands() {
    local commands; commands=(
'show:Show the targets, thresholds and facts in use, secrets redacted, and where each came from' \
'schema:Print the JSON Schema of stampede.yaml, for editors' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede config help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede config help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__help__subcmd__schema_commands] )) ||
_stampede__subcmd__config__subcmd__help__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede config help schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__help__subcmd__show_commands] )) ||
_stampede__subcmd__config__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede config help show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__schema_commands] )) ||
_stampede__subcmd__config__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede config schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__config__subcmd__show_commands] )) ||
_stampede__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede config show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect_commands] )) ||
_stampede__subcmd__detect_commands() {
    local commands; commands=(
'cache:Hit ratio, clients, memory, evictions' \
'database:Connections, running statements, queries per second' \
'logs:Cache misses and connection errors in log files' \
'hotkeys:The hottest living and missing keys' \
'ttl:When the next expiry cliff comes, from a sample of TTLs' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede detect commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__cache_commands] )) ||
_stampede__subcmd__detect__subcmd__cache_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect cache commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__database_commands] )) ||
_stampede__subcmd__detect__subcmd__database_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect database commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help_commands] )) ||
_stampede__subcmd__detect__subcmd__help_commands() {
    local commands; commands=(
'cache:Hit ratio, clients, memory, evictions' \
'database:Connections, running statements, queries per second' \
'logs:Cache misses and connection errors in log files' \
'hotkeys:The hottest living and missing keys' \
'ttl:When the next expiry cliff comes, from a sample of TTLs' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede detect help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__cache_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__cache_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help cache commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__database_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__database_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help database commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__hotkeys_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__hotkeys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help hotkeys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__logs_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__logs_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help logs commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__help__subcmd__ttl_commands] )) ||
_stampede__subcmd__detect__subcmd__help__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect help ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__hotkeys_commands] )) ||
_stampede__subcmd__detect__subcmd__hotkeys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect hotkeys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__logs_commands] )) ||
_stampede__subcmd__detect__subcmd__logs_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect logs commands' commands "$@"
}
(( $+functions[_stampede__subcmd__detect__subcmd__ttl_commands] )) ||
_stampede__subcmd__detect__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede detect ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__drill_commands] )) ||
_stampede__subcmd__drill_commands() {
    local commands; commands=()
    _describe -t commands 'stampede drill commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help_commands] )) ||
_stampede__subcmd__help_commands() {
    local commands; commands=(
'detect:Measure everything at once, name the pattern, and say what to do next' \
'drill:Rehearse\: a real stampede on real servers, diagnosed' \
'config:Show what would be used, or print the schema of stampede.yaml' \
'completions:Print the completion script of a shell' \
'man:Print the manual page (troff)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__completions_commands] )) ||
_stampede__subcmd__help__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help completions commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__config_commands] )) ||
_stampede__subcmd__help__subcmd__config_commands() {
    local commands; commands=(
'show:Show the targets, thresholds and facts in use, secrets redacted, and where each came from' \
'schema:Print the JSON Schema of stampede.yaml, for editors' \
    )
    _describe -t commands 'stampede help config commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__config__subcmd__schema_commands] )) ||
_stampede__subcmd__help__subcmd__config__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help config schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__config__subcmd__show_commands] )) ||
_stampede__subcmd__help__subcmd__config__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help config show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect_commands] )) ||
_stampede__subcmd__help__subcmd__detect_commands() {
    local commands; commands=(
'cache:Hit ratio, clients, memory, evictions' \
'database:Connections, running statements, queries per second' \
'logs:Cache misses and connection errors in log files' \
'hotkeys:The hottest living and missing keys' \
'ttl:When the next expiry cliff comes, from a sample of TTLs' \
    )
    _describe -t commands 'stampede help detect commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect__subcmd__cache_commands] )) ||
_stampede__subcmd__help__subcmd__detect__subcmd__cache_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help detect cache commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect__subcmd__database_commands] )) ||
_stampede__subcmd__help__subcmd__detect__subcmd__database_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help detect database commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect__subcmd__hotkeys_commands] )) ||
_stampede__subcmd__help__subcmd__detect__subcmd__hotkeys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help detect hotkeys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect__subcmd__logs_commands] )) ||
_stampede__subcmd__help__subcmd__detect__subcmd__logs_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help detect logs commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__detect__subcmd__ttl_commands] )) ||
_stampede__subcmd__help__subcmd__detect__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help detect ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__drill_commands] )) ||
_stampede__subcmd__help__subcmd__drill_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help drill commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__man_commands] )) ||
_stampede__subcmd__help__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help man commands' commands "$@"
}
(( $+functions[_stampede__subcmd__man_commands] )) ||
_stampede__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'stampede man commands' commands "$@"
}

if [ "$funcstack[1]" = "_stampede" ]; then
    _stampede "$@"
else
    compdef _stampede stampede
fi
