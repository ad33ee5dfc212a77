# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_stampede_global_optspecs
    string join \n config= target= context= n/namespace= color= q/quiet h/help V/version
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
complete -c stampede -n "__fish_stampede_needs_command" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_needs_command" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_needs_command" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_needs_command" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_needs_command" -s V -l version -d 'Print version'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "detect" -d 'Measure everything at once, name the pattern, and say what to do next'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "break" -d 'Break the stampede: phase 2 of the protocol, or one action of it'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "protect" -d 'Protect the database: phase 3 of the protocol, or one action of it'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "recover" -d 'Recover: bring the cache back without a second stampede'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "run" -d 'Run a playbook: all its phases in order, measuring again between them'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "undo" -d 'Put back what is still in effect, newest first'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "status" -d 'Show what is in effect, who did it, and how long ago'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "incident" -d 'List, show and close incidents'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "playbook" -d 'Work on playbooks by daylight: list, show, check, explain, write and test them'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "drill" -d 'Rehearse: a real stampede on real servers, diagnosed'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "config" -d 'Show what would be used, or print the schema of stampede.yaml'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "watchdog" -d 'Stand by, and put a step back when the process that began it dies'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "man" -d 'Print the manual page (troff)'
complete -c stampede -n "__fish_stampede_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l replay -d 'Classify a recorded series (CSV, JSON lines, or the protocol\'s table; - is standard input) instead of live systems' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -l schema -d 'Print the JSON Schema of `-o json` and end'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and not __fish_seen_subcommand_from cache database logs hotkeys ttl help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from cache" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from database" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s l -l selector -d 'Read the logs of the pods with these labels, as kubectl does: app=backend' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s c -l container -d 'The container to read [default: the pod\'s default one, else its first]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l since -d 'Count only lines younger than this' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from hotkeys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l window -d 'Time between the two samples; 0 is one look at gauges, without rates' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l timeout -d 'Longest time to get in and get answers, for each target by itself' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people: verdict line first, one screen; -v for all of it'
brief\t'The verdict in one line'
json\t'One JSON document; `stampede detect --schema` prints its schema'
yaml\t'The same as YAML'
prometheus\t'Prometheus text exposition'
nagios\t'One line for Nagios, Icinga and Sensu, with performance data'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l textfile -d 'Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l watch -d 'Measure again and again, with this pause, until Ctrl-C' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l samples -d 'Keys to sample for the TTL histogram and for hot keys' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l replica-of -d 'Find the replicas of this database by asking it, and measure them too' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s v -l verbose -d 'Show all reasons, signals, targets and next steps'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -l no-record -d 'Leave no record of a healthy measurement in the state folder'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from ttl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand detect; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l from -d 'Begin at this step' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l only -d 'Only this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l skip -d 'Not this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l set -d 'Set an input of the playbook; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l playbook -d 'Name or file of the playbook whose phase is run' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -l strict -d 'Exit with 5 when any step is blocked'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "maxclients" -d 'let more clients connect'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "maxmemory" -d 'let the cache hold more data'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "timeout" -d 'close connections that nobody uses'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "kill-idle" -d 'close the connections that were silent longest'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "keymiss-events" -d 'name the hottest keys that are missing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "freeze" -d 'have living keys outlive the incident'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "lock" -d 'rebuild keys once, under the application\'s own lock'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "unlock" -d 'release locks that an operator left behind'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "flag" -d 'switch the application\'s circuit breaker or throttle on'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "scale" -d 'run more replicas of a workload'
complete -c stampede -n "__fish_stampede_using_subcommand break; and not __fish_seen_subcommand_from maxclients maxmemory timeout kill-idle keymiss-events freeze lock unlock flag scale help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l to -d 'clients that may be connected at the same time' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxclients" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l to -d 'memory for data on each node: 512mb, 4gb' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from maxmemory" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l to -d 'how long a connection may be silent: 30s to 1h' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from timeout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l idle -d 'how long they must have been silent [default: 5m]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l limit -d 'how many to close at most, all nodes together [default: 1000]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l of -d 'only connections of this client name or host' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from kill-idle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l for -d 'how long to listen [default: 2s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l top -d 'how many keys to name [default: 10]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from keymiss-events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l by -d 'how much longer they live' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l pattern -d 'the keys, as SCAN matches them: user:*' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l top -d 'without a pattern: how many of the hottest keys [default: 200]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l rate -d 'keys a second, less when the server is slow [default: 5000]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l no-throttle -d 'as fast as the server can'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from freeze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l top -d 'how many of the hottest [default: 20]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l ttl -d 'when a lock ends by itself, if it is not renewed [default: 30s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l dialect -d 'how the application names the lock of a key: lock:{key}' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l hold -d 'merely hold the locks, and rebuild nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l inspect -d 'only say who holds the locks of these keys'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l list -d 'only say which locks are held'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l dialect -d 'how the application names the lock of a key: lock:{key}' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from unlock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l key -d 'instead of a name: the key that the application reads' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l value -d 'instead of a name: the value that switches it on' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l ttl -d 'how long it stays on: 1s to 24h [default: 10m]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from flag" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l replicas -d 'replicas to run' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l through -d 'owner: raise the autoscaler\'s minReplicas [default: workload]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l wait -d 'longest wait for the replicas to be ready [default: 30s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from scale" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "maxclients" -d 'let more clients connect'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "maxmemory" -d 'let the cache hold more data'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "timeout" -d 'close connections that nobody uses'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "kill-idle" -d 'close the connections that were silent longest'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "keymiss-events" -d 'name the hottest keys that are missing'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "freeze" -d 'have living keys outlive the incident'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "lock" -d 'rebuild keys once, under the application\'s own lock'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "unlock" -d 'release locks that an operator left behind'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "flag" -d 'switch the application\'s circuit breaker or throttle on'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "scale" -d 'run more replicas of a workload'
complete -c stampede -n "__fish_stampede_using_subcommand break; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l from -d 'Begin at this step' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l only -d 'Only this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l skip -d 'Not this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l set -d 'Set an input of the playbook; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l playbook -d 'Name or file of the playbook whose phase is run' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -l strict -d 'Exit with 5 when any step is blocked'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "kill" -d 'end copies of a running query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "terminate" -d 'end the sessions that run copies of a query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "read-only" -d 'stop ordinary accounts from writing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "max-connections" -d 'let more or fewer clients connect to the database'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "limit" -d 'limit how many connections an account may have'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "reroute" -d 'have a Service send its traffic to other pods'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "annotate" -d 'set annotations of an object: an ingress\'s rate limit'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "patch" -d 'change some fields of an object'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "restart" -d 'replace the pods of a workload, a few at a time'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "call" -d 'change what has only an HTTP API: a CDN\'s TTL, a feature flag'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "pause" -d 'let clients queue in PgBouncer for a moment'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and not __fish_seen_subcommand_from kill terminate read-only max-connections limit reroute annotate patch restart call pause help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l older-than -d 'only statements that have run for longer' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l user -d 'only of this account' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l host -d 'only from this client host' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l database -d 'only in this schema or database' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l keep -d 'which of each group goes on [default: oldest-per-query]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l modified-rows -d 'rows that a victim\'s transaction may have changed [default: 0]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from kill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l older-than -d 'only statements that have run for longer' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l user -d 'only of this account' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l host -d 'only from this client host' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l database -d 'only in this schema or database' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l keep -d 'which of each group goes on [default: oldest-per-query]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l modified-rows -d 'rows that a victim\'s transaction may have changed [default: 0]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from terminate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l allow-lost-commits -d 'open transactions with changed rows that may fail at COMMIT [default: 0] (mysql)' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l role -d 'only for new sessions of this role (postgres)' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l database -d 'only for new sessions of the database that is connected to (postgres)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from read-only" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l to -d 'connections of ordinary accounts at the same time' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from max-connections" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l to -d 'connections that it may have' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l database -d 'instead of a role: the database whose sessions are limited (postgres)' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from limit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l selector -d 'KEY=VALUE[,KEY=VALUE]: only the named keys are changed' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l min-ready -d 'ready pods that must match [default: 2]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l settle -d 'how long it is looked at afterwards [default: 30s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from reroute" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l settle -d 'how long it is looked at afterwards [default: 5s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from annotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l patch -d 'the fields to change, as JSON; null takes one away' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l type -d 'strategic: lists are merged by their keys [default: merge]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l settle -d 'how long it is looked at afterwards [default: 5s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from patch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l wait -d 'longest wait for the new pods to be ready [default: 30s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l body -d 'the fields to change, as JSON; null takes one away' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l method -d 'how the API wants to be told [default: PATCH]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l within -d 'where in the answer of GET the fields are: /result' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from call" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l for -d 'how long, the end of what runs included [default: 10s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l database -d 'only this database, as clients of PgBouncer name it [default: all]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "kill" -d 'end copies of a running query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "terminate" -d 'end the sessions that run copies of a query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "read-only" -d 'stop ordinary accounts from writing'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "max-connections" -d 'let more or fewer clients connect to the database'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "limit" -d 'limit how many connections an account may have'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "reroute" -d 'have a Service send its traffic to other pods'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "annotate" -d 'set annotations of an object: an ingress\'s rate limit'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "patch" -d 'change some fields of an object'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "restart" -d 'replace the pods of a workload, a few at a time'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "call" -d 'change what has only an HTTP API: a CDN\'s TTL, a feature flag'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "pause" -d 'let clients queue in PgBouncer for a moment'
complete -c stampede -n "__fish_stampede_using_subcommand protect; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l from -d 'Begin at this step' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l only -d 'Only this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l skip -d 'Not this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l set -d 'Set an input of the playbook; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l playbook -d 'Name or file of the playbook whose phase is run' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -l strict -d 'Exit with 5 when any step is blocked'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "warm" -d 'have missing keys refilled, as fast as the database takes it'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "stagger" -d 'spread the expiries of keys that would expire together'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "ttl" -d 'raise the TTLs of keys for a time, or bring them back gradually'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "ramp" -d 'let traffic in step by step, each step held and watched'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "keys" -d 'List the keys to warm, the hottest first, with sizes and TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "undo" -d 'Lift what was put in place, newest first, one at a time, each watched'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "verify" -d 'See that it is over: the protocol\'s last checklist, held for some windows'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and not __fish_seen_subcommand_from warm stagger ttl ramp keys undo verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l keys -d 'a file of keys, the hottest first: one a line, or zero bytes between them; - is standard input, hot the measurement' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l pattern -d 'keys that are there and match, for those that expire soon: with --if-ttl-below' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l top -d 'how many, from the hottest on [default: 200 of those that are measured, all of a list]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l http -d 'what is called for a key: http://api/internal/cache/warm/{key} [default: rebuild: of stampede.yaml]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l resp -d 'instead of a call: a file of SET, SETEX and PSETEX commands in RESP, as redis-cli --pipe takes them' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l ttl -d 'with --sql: how long a key lives, a tenth more or less by its name; with --resp: what the file gives no time' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l sql -d 'instead of a call: one SELECT, whose rows are put in as --to, --value and --ttl say; it runs read-only' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l to -d 'with --sql: the key of a row, columns in braces: product:{id}' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l value -d 'with --sql: the column that is the value, its bytes as they are [default: the whole row as a JSON object]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l database -d 'with --sql: the database target that is asked [default: the only one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l method -d 'how [default: GET]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l timeout -d 'longest wait for one call, or for the next rows of --sql [default: 10s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l if-ttl-below -d 'refill also what is there and expires within this time' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l max-concurrency -d 'refills at a time, at most [default: 50]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l rate -d 'refills a second, at most; with --resp or --sql keys a second [default there: 5000]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l verify -d 'whether to see that a key is there after its refill [default: all]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l resume -d 'go on where the last warming of this list stopped'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l no-brakes -d 'do not heed the database'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from warm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l pattern -d 'the keys, as SCAN matches them: user:*' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l over -d 'the window [default: as long as the refills need, when their cost is known]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l at-least -d 'instead of --over: as long as the refills need, and no shorter than this' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l cost -d 'time the database needs for one refill [default: as `recover warm` measured it]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l rate -d 'keys a second, less when the server is slow [default: 5000]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l no-throttle -d 'as fast as the server can'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from stagger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l pattern -d 'the keys, as SCAN matches them: user:*' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l by -d 'with --raise: how much longer they live' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l over -d 'with --restore: over how long expires what is overdue [default: 10m]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l rate -d 'keys a second, less when the server is slow [default: 5000]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l raise -d 'have the keys live longer'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l restore -d 'bring back what was raised'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l no-throttle -d 'as fast as the server can'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ttl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l key -d 'the key with the percentage (redis)' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l format -d 'how it is written there [default: {percent}] (redis)' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l steps -d 'percentages that rise [default: 1,5,10,25,50,75,100]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l hold -d 'how long each step is held [default: 30s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l unset -d 'how many percent the application lets in while the key is not set (redis)' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l backend -d 'the Service of the HTTPRoute that is to get the traffic (kubernetes)' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l manual -d 'a person moves the traffic, and is asked at each step (redis)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l if-set -d 'only when the key is there (redis)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l past-ceiling -d 'also above where it relapsed before'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from ramp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l top -d 'How many' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l for -d 'How long to listen for key-miss events' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l keys -d 'A file of keys, the hottest first; - is standard input' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l pattern -d 'The keys that match, as SCAN does: those that are there' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l from-evidence -d 'The keys that were hot when the first change of this incident was made [default: of the open one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l names -d 'Only the names, one a line'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l nul -d 'Only the names, a zero byte after each: for names with line feeds'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from keys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l windows -d 'Windows in a row in which the hit ratio must hold' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l window -d 'Length of a window' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l windows -d 'Windows in a row in which everything must hold' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l window -d 'Length of a window' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l after -d 'The time between the two looks; 0s is one look' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l drift-check -d 'Look at everything that was touched, now and after a time'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l close -d 'Close the incident when all is well and nothing is left to be lifted'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "warm" -d 'have missing keys refilled, as fast as the database takes it'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "stagger" -d 'spread the expiries of keys that would expire together'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "ttl" -d 'raise the TTLs of keys for a time, or bring them back gradually'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "ramp" -d 'let traffic in step by step, each step held and watched'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "keys" -d 'List the keys to warm, the hottest first, with sizes and TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "undo" -d 'Lift what was put in place, newest first, one at a time, each watched'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "verify" -d 'See that it is over: the protocol\'s last checklist, held for some windows'
complete -c stampede -n "__fish_stampede_using_subcommand recover; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand run" -l from -d 'Begin at this step' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l only -d 'Only this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l skip -d 'Not this step; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l set -d 'Set an input of the playbook; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand run" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand run" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand run" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand run" -l strict -d 'Exit with 5 when any step is blocked'
complete -c stampede -n "__fish_stampede_using_subcommand run" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand run" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand run" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand run" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand run" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l step -d 'Only this step' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l confirm -d 'Answer the questions that ask for a target\'s name, on the target of this name, host or kind; may be repeated. Does not imply --yes' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l fact -d 'Answer a question about the application for this incident; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l incident -d 'The incident to go on with, or a name for a new one [default: the open one, or a new one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l anyway -d 'Put back also what a safety rule would rather leave'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -s y -l yes -d 'Answer yes to every question that asks for a yes'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l dry-run -d 'Show what would be done, and write nothing'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l no-watch -d 'Do not watch what a change does afterwards'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -l take-over -d 'Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand status" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand status" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand status" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand status" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand status" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand status" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand status" -l follow -d 'Show it again whenever something happens, until Ctrl-C'
complete -c stampede -n "__fish_stampede_using_subcommand status" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -f -a "list" -d 'List all incidents, the newest first'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -f -a "show" -d 'Show what was done in an incident, event by event; -o json prints its records'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -f -a "close" -d 'Close an incident: the next change opens a new one'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and not __fish_seen_subcommand_from list show close help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -l leave -d 'Close it although changes are still in effect'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from close" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "list" -d 'List all incidents, the newest first'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what was done in an incident, event by event; -o json prints its records'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "close" -d 'Close an incident: the next change opens a new one'
complete -c stampede -n "__fish_stampede_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "list" -d 'List the playbooks that a name leads to'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "show" -d 'Show a playbook\'s file, or with -o json what was read from it'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "validate" -d 'Check files; all that is wrong is told at once, with its place'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "explain" -d 'Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "schema" -d 'Print the JSON Schema of playbooks, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "new" -d 'Print a commented playbook to begin with'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "test" -d 'Run the `test:` cases of playbooks: recorded observations are diagnosed, and every step is held against what came of it'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and not __fish_seen_subcommand_from list show validate explain schema new test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l metrics -d 'List instead what conditions can ask about'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the playbooks that a name leads to'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a playbook\'s file, or with -o json what was read from it'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "validate" -d 'Check files; all that is wrong is told at once, with its place'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of playbooks, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "new" -d 'Print a commented playbook to begin with'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "test" -d 'Run the `test:` cases of playbooks: recorded observations are diagnosed, and every step is held against what came of it'
complete -c stampede -n "__fish_stampede_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l window -d 'Time between the two samples of a measurement' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l limit -d 'How long it goes on at most' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l ttl -d 'Lifetime of a cached page' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l record -d 'Write down what the application sees of itself, twice a second, as CSV' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand drill" -l stay -d 'Go on after the diagnosis, for you to act on it, until Ctrl-C or --limit'
complete -c stampede -n "__fish_stampede_using_subcommand drill" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand drill" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand config; and not __fish_seen_subcommand_from show schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the answer' -r -f -a "table\t'For people'
brief\t'For people, in as few lines as there are answers'
json\t'One JSON document; of several, one a line'
yaml\t'The same as YAML'"
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l incident -d 'The incident' -r
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l step -d 'The step' -r
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand watchdog" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand completions" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand completions" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand completions" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand man" -l config -d 'Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed]' -r -F
complete -c stampede -n "__fish_stampede_using_subcommand man" -l target -d 'Only the target of this name; may be repeated' -r
complete -c stampede -n "__fish_stampede_using_subcommand man" -l context -d 'The context of the kubeconfig to use [default: the current one]' -r
complete -c stampede -n "__fish_stampede_using_subcommand man" -s n -l namespace -d 'The Kubernetes namespace [default: the context\'s]' -r
complete -c stampede -n "__fish_stampede_using_subcommand man" -l color -d 'Colour the level' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` is set or `TERM` is dumb'
always\t'Also where it is piped'
never\t'Nowhere'"
complete -c stampede -n "__fish_stampede_using_subcommand man" -s q -l quiet -d 'Show no progress, and leave out remarks; answers, questions and errors stay'
complete -c stampede -n "__fish_stampede_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "detect" -d 'Measure everything at once, name the pattern, and say what to do next'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "break" -d 'Break the stampede: phase 2 of the protocol, or one action of it'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "protect" -d 'Protect the database: phase 3 of the protocol, or one action of it'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "recover" -d 'Recover: bring the cache back without a second stampede'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "run" -d 'Run a playbook: all its phases in order, measuring again between them'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "undo" -d 'Put back what is still in effect, newest first'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "status" -d 'Show what is in effect, who did it, and how long ago'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "incident" -d 'List, show and close incidents'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "playbook" -d 'Work on playbooks by daylight: list, show, check, explain, write and test them'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "drill" -d 'Rehearse: a real stampede on real servers, diagnosed'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "config" -d 'Show what would be used, or print the schema of stampede.yaml'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "watchdog" -d 'Stand by, and put a step back when the process that began it dies'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "man" -d 'Print the manual page (troff)'
complete -c stampede -n "__fish_stampede_using_subcommand help; and not __fish_seen_subcommand_from detect break protect recover run undo status incident playbook drill config watchdog completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "cache" -d 'Hit ratio, clients, memory, evictions'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "database" -d 'Connections, running statements, queries per second'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "logs" -d 'Cache misses and connection errors in log files'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "hotkeys" -d 'The hottest living and missing keys'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from detect" -f -a "ttl" -d 'When the next expiry cliff comes, from a sample of TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "maxclients" -d 'let more clients connect'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "maxmemory" -d 'let the cache hold more data'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "timeout" -d 'close connections that nobody uses'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "kill-idle" -d 'close the connections that were silent longest'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "keymiss-events" -d 'name the hottest keys that are missing'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "freeze" -d 'have living keys outlive the incident'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "lock" -d 'rebuild keys once, under the application\'s own lock'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "unlock" -d 'release locks that an operator left behind'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "flag" -d 'switch the application\'s circuit breaker or throttle on'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from break" -f -a "scale" -d 'run more replicas of a workload'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "kill" -d 'end copies of a running query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "terminate" -d 'end the sessions that run copies of a query, and keep the oldest of each'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "read-only" -d 'stop ordinary accounts from writing'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "max-connections" -d 'let more or fewer clients connect to the database'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "limit" -d 'limit how many connections an account may have'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "reroute" -d 'have a Service send its traffic to other pods'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "annotate" -d 'set annotations of an object: an ingress\'s rate limit'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "patch" -d 'change some fields of an object'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "restart" -d 'replace the pods of a workload, a few at a time'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "call" -d 'change what has only an HTTP API: a CDN\'s TTL, a feature flag'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from protect" -f -a "pause" -d 'let clients queue in PgBouncer for a moment'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "warm" -d 'have missing keys refilled, as fast as the database takes it'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "stagger" -d 'spread the expiries of keys that would expire together'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "ttl" -d 'raise the TTLs of keys for a time, or bring them back gradually'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "ramp" -d 'let traffic in step by step, each step held and watched'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "keys" -d 'List the keys to warm, the hottest first, with sizes and TTLs'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "undo" -d 'Lift what was put in place, newest first, one at a time, each watched'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from recover" -f -a "verify" -d 'See that it is over: the protocol\'s last checklist, held for some windows'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "list" -d 'List all incidents, the newest first'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "show" -d 'Show what was done in an incident, event by event; -o json prints its records'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "close" -d 'Close an incident: the next change opens a new one'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "list" -d 'List the playbooks that a name leads to'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "show" -d 'Show a playbook\'s file, or with -o json what was read from it'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "validate" -d 'Check files; all that is wrong is told at once, with its place'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "explain" -d 'Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "schema" -d 'Print the JSON Schema of playbooks, for editors'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "new" -d 'Print a commented playbook to begin with'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "test" -d 'Run the `test:` cases of playbooks: recorded observations are diagnosed, and every step is held against what came of it'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the targets, thresholds and facts in use, secrets redacted, and where each came from'
complete -c stampede -n "__fish_stampede_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "schema" -d 'Print the JSON Schema of stampede.yaml, for editors'
