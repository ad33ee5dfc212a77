# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_stampede_global_optspecs
    string join \n config= target= h/help V/version
end

function __fish_stampede_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_stampede_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_stampede_using_subcommand
    set -l cmd (__fish_stampede_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c stampede -n "__fish_stampede_needs_command" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_needs_command" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_needs_command" -s V -l version -d 'Print version'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "detect" -d 'Measure everything at once, name the pattern, and say what to do next'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "drill" -d 'Rehearse: a real stampede on real servers, diagnosed'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "config" -d 'Show what would be used, or print the schema of stampede.yaml'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "man" -d 'Print the manual page (troff)'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l replay -d 'Classify a recorded series (CSV, JSON lines, or the protocol\'s table; - is standard input) instead of live systems' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l schema -d 'Print the JSON Schema of `-o json` and end'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l since -d 'Count only lines younger than this' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, 80 columns'
json\t'One JSON document; `stampede detect --schema` prints its schema'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l window -d 'Time between the two samples of a measurement' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -s h -l help -d 'Print help'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the answer' -r -f -a "text\t'For people'
json\t'One JSON document'"
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand completions" -s h -l help -d 'Print help'
complete -c stampede -n "__fish_stampede_using_subcommand man" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand man" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand man" -s h -l help -d 'Print help'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "detect" -d 'Measure everything at once, name the pattern, and say what to do next'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "drill" -d 'Rehearse: a real stampede on real servers, diagnosed'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "config" -d 'Show what would be used, or print the schema of stampede.yaml'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "man" -d 'Print the manual page (troff)'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect drill config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
