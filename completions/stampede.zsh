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
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
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
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replay=[Classify a recorded series (CSV, JSON lines, or the protocol'\''s table; - is standard input) instead of live systems]:FILE:_files' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'--schema[Print the JSON Schema of \`-o json\` and end]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
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
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(database)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
'-l+[Read the logs of the pods with these labels, as kubectl does\: app=backend]:LABELS:_default' \
'--selector=[Read the logs of the pods with these labels, as kubectl does\: app=backend]:LABELS:_default' \
'-c+[The container to read \[default\: the pod'\''s default one, else its first\]]:NAME:_default' \
'--container=[The container to read \[default\: the pod'\''s default one, else its first\]]:NAME:_default' \
'--since=[Count only lines younger than this]:TIME:_default' \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files and globs, - for standard input \[default\: the configured ones\]:_default' \
&& ret=0
;;
(hotkeys)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
'--window=[Time between the two samples; 0 is one look at gauges, without rates]:TIME:_default' \
'--timeout=[Longest time to get in and get answers, for each target by itself]:TIME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people\: verdict line first, one screen; -v for all of it"
brief\:"The verdict in one line"
json\:"One JSON document; \`stampede detect --schema\` prints its schema"
yaml\:"The same as YAML"
prometheus\:"Prometheus text exposition"
nagios\:"One line for Nagios, Icinga and Sensu, with performance data"))' \
'--textfile=[Write the metrics to this file too, for the textfile collector of Prometheus; it is replaced as a whole]:PATH:_files' \
'--watch=[Measure again and again, with this pause, until Ctrl-C]:TIME:_default' \
'--samples=[Keys to sample for the TTL histogram and for hot keys]:N:_default' \
'--replica-of=[Find the replicas of this database by asking it, and measure them too]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-v[Show all reasons, signals, targets and next steps]' \
'--verbose[Show all reasons, signals, targets and next steps]' \
'--no-record[Leave no record of a healthy measurement in the state folder]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
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
(break)
_arguments "${_arguments_options[@]}" : \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--from=[Begin at this step]:STEP:_default' \
'*--only=[Only this step; may be repeated]:STEP:_default' \
'*--skip=[Not this step; may be repeated]:STEP:_default' \
'*--set=[Set an input of the playbook; may be repeated]:INPUT=VALUE:_default' \
'--playbook=[Name or file of the playbook whose phase is run]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'--strict[Exit with 5 when any step is blocked]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__break_commands" \
"*::: :->break" \
&& ret=0

    case $state in
    (break)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-break-command-$line[1]:"
        case $line[1] in
            (maxclients)
_arguments "${_arguments_options[@]}" : \
'--to=[clients that may be connected at the same time]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(maxmemory)
_arguments "${_arguments_options[@]}" : \
'--to=[memory for data on each node\: 512mb, 4gb]:SIZE:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(timeout)
_arguments "${_arguments_options[@]}" : \
'--to=[how long a connection may be silent\: 30s to 1h]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(kill-idle)
_arguments "${_arguments_options[@]}" : \
'--idle=[how long they must have been silent \[default\: 5m\]]:TIME:_default' \
'--limit=[how many to close at most, all nodes together \[default\: 1000\]]:N:_default' \
'--of=[only connections of this client name or host]:OF:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(keymiss-events)
_arguments "${_arguments_options[@]}" : \
'--for=[how long to listen \[default\: 2s\]]:TIME:_default' \
'--top=[how many keys to name \[default\: 10\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(freeze)
_arguments "${_arguments_options[@]}" : \
'--by=[how much longer they live]:TIME:_default' \
'--pattern=[the keys, as SCAN matches them\: user\:*]:PATTERN:_default' \
'--top=[without a pattern\: how many of the hottest keys \[default\: 200\]]:N:_default' \
'--rate=[keys a second, less when the server is slow \[default\: 5000\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--no-throttle[as fast as the server can]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
'--top=[how many of the hottest \[default\: 20\]]:N:_default' \
'--ttl=[when a lock ends by itself, if it is not renewed \[default\: 30s\]]:TIME:_default' \
'--dialect=[how the application names the lock of a key\: lock\:{key}]:DIALECT:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--hold[merely hold the locks, and rebuild nothing]' \
'--inspect[only say who holds the locks of these keys]' \
'--list[only say which locks are held]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::keys -- the cache keys; `hot`\: the missing ones that are asked for most:_default' \
&& ret=0
;;
(unlock)
_arguments "${_arguments_options[@]}" : \
'--dialect=[how the application names the lock of a key\: lock\:{key}]:DIALECT:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::keys -- the cache keys:_default' \
&& ret=0
;;
(flag)
_arguments "${_arguments_options[@]}" : \
'--key=[instead of a name\: the key that the application reads]:KEY:_default' \
'--value=[instead of a name\: the value that switches it on]:VALUE:_default' \
'--ttl=[how long it stays on\: 1s to 24h \[default\: 10m\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- a flag that the configuration names (flags\:):_default' \
&& ret=0
;;
(scale)
_arguments "${_arguments_options[@]}" : \
'--replicas=[replicas to run]:N:_default' \
'--through=[owner\: raise the autoscaler'\''s minReplicas \[default\: workload\]]:THROUGH:_default' \
'--wait=[longest wait for the replicas to be ready \[default\: 30s\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':workload -- deployment/NAME, statefulset/NAME, or KIND.GROUP/NAME:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__break__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-break-help-command-$line[1]:"
        case $line[1] in
            (maxclients)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(maxmemory)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(timeout)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(kill-idle)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(keymiss-events)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(freeze)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(unlock)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(flag)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(scale)
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
(protect)
_arguments "${_arguments_options[@]}" : \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--from=[Begin at this step]:STEP:_default' \
'*--only=[Only this step; may be repeated]:STEP:_default' \
'*--skip=[Not this step; may be repeated]:STEP:_default' \
'*--set=[Set an input of the playbook; may be repeated]:INPUT=VALUE:_default' \
'--playbook=[Name or file of the playbook whose phase is run]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'--strict[Exit with 5 when any step is blocked]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__protect_commands" \
"*::: :->protect" \
&& ret=0

    case $state in
    (protect)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-protect-command-$line[1]:"
        case $line[1] in
            (kill)
_arguments "${_arguments_options[@]}" : \
'--older-than=[only statements that have run for longer]:TIME:_default' \
'--user=[only of this account]:USER:_default' \
'--host=[only from this client host]:HOST:_default' \
'--database=[only in this schema or database]:DATABASE:_default' \
'--keep=[which of each group goes on \[default\: oldest-per-query\]]:KEEP:_default' \
'--modified-rows=[rows that a victim'\''s transaction may have changed \[default\: 0\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(terminate)
_arguments "${_arguments_options[@]}" : \
'--older-than=[only statements that have run for longer]:TIME:_default' \
'--user=[only of this account]:USER:_default' \
'--host=[only from this client host]:HOST:_default' \
'--database=[only in this schema or database]:DATABASE:_default' \
'--keep=[which of each group goes on \[default\: oldest-per-query\]]:KEEP:_default' \
'--modified-rows=[rows that a victim'\''s transaction may have changed \[default\: 0\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(read-only)
_arguments "${_arguments_options[@]}" : \
'--allow-lost-commits=[open transactions with changed rows that may fail at COMMIT \[default\: 0\] (mysql)]:N:_default' \
'--role=[only for new sessions of this role (postgres)]:ROLE:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--database[only for new sessions of the database that is connected to (postgres)]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(max-connections)
_arguments "${_arguments_options[@]}" : \
'--to=[connections of ordinary accounts at the same time]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(limit)
_arguments "${_arguments_options[@]}" : \
'--to=[connections that it may have]:N:_default' \
'--database=[instead of a role\: the database whose sessions are limited (postgres)]:DATABASE:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::account -- the account\: USER, or USER@HOST:_default' \
&& ret=0
;;
(reroute)
_arguments "${_arguments_options[@]}" : \
'--selector=[KEY=VALUE\[,KEY=VALUE\]\: only the named keys are changed]:SELECTOR:_default' \
'--min-ready=[ready pods that must match \[default\: 2\]]:N:_default' \
'--settle=[how long it is looked at afterwards \[default\: 30s\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':service -- service/NAME:_default' \
&& ret=0
;;
(annotate)
_arguments "${_arguments_options[@]}" : \
'--settle=[how long it is looked at afterwards \[default\: 5s\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':object -- KIND/NAME or KIND.GROUP/NAME:_default' \
'*::annotations -- KEY=VALUE to set one, KEY- to take it away:_default' \
&& ret=0
;;
(patch)
_arguments "${_arguments_options[@]}" : \
'--patch=[the fields to change, as JSON; null takes one away]:PATCH:_default' \
'--type=[strategic\: lists are merged by their keys \[default\: merge\]]:TYPE:_default' \
'--settle=[how long it is looked at afterwards \[default\: 5s\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':object -- KIND/NAME or KIND.GROUP/NAME:_default' \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
'--wait=[longest wait for the new pods to be ready \[default\: 30s\]]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':workload -- deployment/NAME, statefulset/NAME or daemonset/NAME:_default' \
&& ret=0
;;
(call)
_arguments "${_arguments_options[@]}" : \
'--body=[the fields to change, as JSON; null takes one away]:BODY:_default' \
'--method=[how the API wants to be told \[default\: PATCH\]]:METHOD:_default' \
'--within=[where in the answer of GET the fields are\: /result]:WITHIN:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':path -- the resource, below the URL of the target\: /settings/ttl:_default' \
&& ret=0
;;
(pause)
_arguments "${_arguments_options[@]}" : \
'--for=[how long, the end of what runs included \[default\: 10s\]]:TIME:_default' \
'--database=[only this database, as clients of PgBouncer name it \[default\: all\]]:DATABASE:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__protect__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-protect-help-command-$line[1]:"
        case $line[1] in
            (kill)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(terminate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(read-only)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(max-connections)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(limit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reroute)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(annotate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(patch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(call)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(pause)
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
(recover)
_arguments "${_arguments_options[@]}" : \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--from=[Begin at this step]:STEP:_default' \
'*--only=[Only this step; may be repeated]:STEP:_default' \
'*--skip=[Not this step; may be repeated]:STEP:_default' \
'*--set=[Set an input of the playbook; may be repeated]:INPUT=VALUE:_default' \
'--playbook=[Name or file of the playbook whose phase is run]:NAME:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'--strict[Exit with 5 when any step is blocked]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__recover_commands" \
"*::: :->recover" \
&& ret=0

    case $state in
    (recover)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-recover-command-$line[1]:"
        case $line[1] in
            (warm)
_arguments "${_arguments_options[@]}" : \
'--keys=[a file of keys, the hottest first\: one a line, or zero bytes between them; - is standard input, hot the measurement]:KEYS:_default' \
'--pattern=[keys that are there and match, for those that expire soon\: with --if-ttl-below]:PATTERN:_default' \
'--top=[how many, from the hottest on \[default\: 200 of those that are measured, all of a list\]]:N:_default' \
'--http=[what is called for a key\: http\://api/internal/cache/warm/{key} \[default\: rebuild\: of stampede.yaml\]]:HTTP:_default' \
'--resp=[instead of a call\: a file of SET, SETEX and PSETEX commands in RESP, as redis-cli --pipe takes them]:RESP:_default' \
'--ttl=[with --sql\: how long a key lives, a tenth more or less by its name; with --resp\: what the file gives no time]:TIME:_default' \
'--sql=[instead of a call\: one SELECT, whose rows are put in as --to, --value and --ttl say; it runs read-only]:SQL:_default' \
'--to=[with --sql\: the key of a row, columns in braces\: product\:{id}]:TO:_default' \
'--value=[with --sql\: the column that is the value, its bytes as they are \[default\: the whole row as a JSON object\]]:VALUE:_default' \
'--database=[with --sql\: the database target that is asked \[default\: the only one\]]:DATABASE:_default' \
'--method=[how \[default\: GET\]]:METHOD:_default' \
'--timeout=[longest wait for one call, or for the next rows of --sql \[default\: 10s\]]:TIME:_default' \
'--if-ttl-below=[refill also what is there and expires within this time]:TIME:_default' \
'--max-concurrency=[refills at a time, at most \[default\: 50\]]:N:_default' \
'--rate=[refills a second, at most; with --resp or --sql keys a second \[default there\: 5000\]]:N:_default' \
'--verify=[whether to see that a key is there after its refill \[default\: all\]]:VERIFY:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--resume[go on where the last warming of this list stopped]' \
'--no-brakes[do not heed the database]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::key -- keys to warm, by name \[default\: the hottest that are measured\]:_default' \
&& ret=0
;;
(stagger)
_arguments "${_arguments_options[@]}" : \
'--pattern=[the keys, as SCAN matches them\: user\:*]:PATTERN:_default' \
'--over=[the window \[default\: as long as the refills need, when their cost is known\]]:TIME:_default' \
'--at-least=[instead of --over\: as long as the refills need, and no shorter than this]:TIME:_default' \
'--cost=[time the database needs for one refill \[default\: as \`recover warm\` measured it\]]:TIME:_default' \
'--rate=[keys a second, less when the server is slow \[default\: 5000\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--no-throttle[as fast as the server can]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
'--pattern=[the keys, as SCAN matches them\: user\:*]:PATTERN:_default' \
'--by=[with --raise\: how much longer they live]:TIME:_default' \
'--over=[with --restore\: over how long expires what is overdue \[default\: 10m\]]:TIME:_default' \
'--rate=[keys a second, less when the server is slow \[default\: 5000\]]:N:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--raise[have the keys live longer]' \
'--restore[bring back what was raised]' \
'--no-throttle[as fast as the server can]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(ramp)
_arguments "${_arguments_options[@]}" : \
'--key=[the key with the percentage (redis)]:KEY:_default' \
'--format=[how it is written there \[default\: {percent}\] (redis)]:FORMAT:_default' \
'--steps=[percentages that rise \[default\: 1,5,10,25,50,75,100\]]:STEPS:_default' \
'--hold=[how long each step is held \[default\: 30s\]]:TIME:_default' \
'--unset=[how many percent the application lets in while the key is not set (redis)]:N:_default' \
'--backend=[the Service of the HTTPRoute that is to get the traffic (kubernetes)]:BACKEND:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--manual[a person moves the traffic, and is asked at each step (redis)]' \
'--if-set[only when the key is there (redis)]' \
'--past-ceiling[also above where it relapsed before]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::object -- httproute/NAME or ingress/NAME (kubernetes):_default' \
&& ret=0
;;
(keys)
_arguments "${_arguments_options[@]}" : \
'--top=[How many]:N:_default' \
'--for=[How long to listen for key-miss events]:TIME:_default' \
'(--pattern --from-evidence)--keys=[A file of keys, the hottest first; - is standard input]:FILE:_files' \
'(--from-evidence)--pattern=[The keys that match, as SCAN does\: those that are there]:PATTERN:_default' \
'--from-evidence=[The keys that were hot when the first change of this incident was made \[default\: of the open one\]]::INCIDENT:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--names[Only the names, one a line]' \
'(--names)--nul[Only the names, a zero byte after each\: for names with line feeds]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
'--windows=[Windows in a row in which the hit ratio must hold]:N:_default' \
'--window=[Length of a window]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
'--windows=[Windows in a row in which everything must hold]:N:_default' \
'--window=[Length of a window]:TIME:_default' \
'--after=[The time between the two looks; 0s is one look]:TIME:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--drift-check[Look at everything that was touched, now and after a time]' \
'--close[Close the incident when all is well and nothing is left to be lifted]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__recover__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-recover-help-command-$line[1]:"
        case $line[1] in
            (warm)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stagger)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ramp)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(keys)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
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
(run)
_arguments "${_arguments_options[@]}" : \
'--from=[Begin at this step]:STEP:_default' \
'*--only=[Only this step; may be repeated]:STEP:_default' \
'*--skip=[Not this step; may be repeated]:STEP:_default' \
'*--set=[Set an input of the playbook; may be repeated]:INPUT=VALUE:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--strict[Exit with 5 when any step is blocked]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::playbook -- Name or file of the playbook \[default\: cache-stampede-3am\]:_default' \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
'--step=[Only this step]:ID:_default' \
'*--confirm=[Answer the questions that ask for a target'\''s name, on the target of this name, host or kind; may be repeated. Does not imply --yes]:NAME:_default' \
'*--fact=[Answer a question about the application for this incident; may be repeated]:NAME=VALUE:_default' \
'--incident=[The incident to go on with, or a name for a new one \[default\: the open one, or a new one\]]:NAME:_default' \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--anyway[Put back also what a safety rule would rather leave]' \
'-y[Answer yes to every question that asks for a yes]' \
'--yes[Answer yes to every question that asks for a yes]' \
'--dry-run[Show what would be done, and write nothing]' \
'--no-watch[Do not watch what a change does afterwards]' \
'--take-over[Take the incident over from another responder, between two of their steps; asks for its name (or --confirm NAME)]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- The incident \[default\: the open one\]:_default' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--follow[Show it again whenever something happens, until Ctrl-C]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- The incident \[default\: the open one\]:_default' \
&& ret=0
;;
(incident)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__incident_commands" \
"*::: :->incident" \
&& ret=0

    case $state in
    (incident)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-incident-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- The incident \[default\: the open one\]:_default' \
&& ret=0
;;
(close)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--leave[Close it although changes are still in effect]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- The incident \[default\: the open one\]:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__incident__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-incident-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(close)
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
(playbook)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_stampede__subcmd__playbook_commands" \
"*::: :->playbook" \
&& ret=0

    case $state in
    (playbook)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-playbook-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::playbook -- Name or path:_default' \
&& ret=0
;;
(validate)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files:_files' \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::playbook -- Name or path:_default' \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--metrics[List instead what conditions can ask about]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(new)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- What it is called\: a-z, 0-9, `-`, `_`, `.`:_default' \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::playbooks -- Names or paths \[default\: all shipped ones\]:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__playbook__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-playbook-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(validate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(new)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
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
'--limit=[How long it goes on at most]:TIME:_default' \
'--ttl=[Lifetime of a cached page]:TIME:_default' \
'--record=[Write down what the application sees of itself, twice a second, as CSV]:FILE:_files' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'--stay[Go on after the diagnosis, for you to act on it, until Ctrl-C or --limit]' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::scenario -- What to rehearse \[default\: list the scenarios\]:(classic-expiry hot-key)' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
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
'-o+[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--output=[Form of the answer]:OUTPUT:((table\:"For people"
brief\:"For people, in as few lines as there are answers"
json\:"One JSON document; of several, one a line"
yaml\:"The same as YAML"))' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
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
(watchdog)
_arguments "${_arguments_options[@]}" : \
'--incident=[The incident]:INCIDENT:_default' \
'--step=[The step]:STEP:_default' \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':shell -- Which shell:(bash elvish fish powershell zsh)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'--config=[Configuration file \[default\: \$STAMPEDE_CONFIG, ./stampede.yaml, ~/.config/stampede/, /etc/stampede/; none is needed\]]:FILE:_files' \
'*--target=[Only the target of this name; may be repeated]:NAME:_default' \
'--context=[The context of the kubeconfig to use \[default\: the current one\]]:NAME:_default' \
'-n+[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--namespace=[The Kubernetes namespace \[default\: the context'\''s\]]:NAME:_default' \
'--color=[Colour the level]:WHEN:((auto\:"At a terminal, unless \`NO_COLOR\` is set or \`TERM\` is dumb"
always\:"Also where it is piped"
never\:"Nowhere"))' \
'-q[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'--quiet[Show no progress, and leave out remarks; answers, questions and errors stay]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
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
(break)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__break_commands" \
"*::: :->break" \
&& ret=0

    case $state in
    (break)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-break-command-$line[1]:"
        case $line[1] in
            (maxclients)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(maxmemory)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(timeout)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(kill-idle)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(keymiss-events)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(freeze)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(lock)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(unlock)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(flag)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(scale)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(protect)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__protect_commands" \
"*::: :->protect" \
&& ret=0

    case $state in
    (protect)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-protect-command-$line[1]:"
        case $line[1] in
            (kill)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(terminate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(read-only)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(max-connections)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(limit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reroute)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(annotate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(patch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(call)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(pause)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(recover)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__recover_commands" \
"*::: :->recover" \
&& ret=0

    case $state in
    (recover)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-recover-command-$line[1]:"
        case $line[1] in
            (warm)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stagger)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ttl)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(ramp)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(keys)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(run)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(undo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(incident)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__incident_commands" \
"*::: :->incident" \
&& ret=0

    case $state in
    (incident)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-incident-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(close)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(playbook)
_arguments "${_arguments_options[@]}" : \
":: :_stampede__subcmd__help__subcmd__playbook_commands" \
"*::: :->playbook" \
&& ret=0

    case $state in
    (playbook)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:stampede-help-playbook-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(validate)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schema)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(new)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
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
(watchdog)
_arguments "${_arguments_options[@]}" : \
&& ret=0
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
'break:Break the stampede\: phase 2 of the protocol, or one action of it' \
'protect:Protect the database\: phase 3 of the protocol, or one action of it' \
'recover:Recover\: bring the cache back without a second stampede' \
'run:Run a playbook\: all its phases in order, measuring again between them' \
'undo:Put back what is still in effect, newest first' \
'status:Show what is in effect, who did it, and how long ago' \
'incident:List, show and close incidents' \
'playbook:Work on playbooks by daylight\: list, show, check, explain, write and test them' \
'drill:Rehearse\: a real stampede on real servers, diagnosed' \
'config:Show what would be used, or print the schema of stampede.yaml' \
'watchdog:Stand by, and put a step back when the process that began it dies' \
'completions:Print the completion script of a shell' \
'man:Print the manual page (troff)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break_commands] )) ||
_stampede__subcmd__break_commands() {
    local commands; commands=(
'maxclients:let more clients connect' \
'maxmemory:let the cache hold more data' \
'timeout:close connections that nobody uses' \
'kill-idle:close the connections that were silent longest' \
'keymiss-events:name the hottest keys that are missing' \
'freeze:have living keys outlive the incident' \
'lock:rebuild keys once, under the application'\''s own lock' \
'unlock:release locks that an operator left behind' \
'flag:switch the application'\''s circuit breaker or throttle on' \
'scale:run more replicas of a workload' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede break commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__flag_commands] )) ||
_stampede__subcmd__break__subcmd__flag_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break flag commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__freeze_commands] )) ||
_stampede__subcmd__break__subcmd__freeze_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break freeze commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help_commands] )) ||
_stampede__subcmd__break__subcmd__help_commands() {
    local commands; commands=(
'maxclients:let more clients connect' \
'maxmemory:let the cache hold more data' \
'timeout:close connections that nobody uses' \
'kill-idle:close the connections that were silent longest' \
'keymiss-events:name the hottest keys that are missing' \
'freeze:have living keys outlive the incident' \
'lock:rebuild keys once, under the application'\''s own lock' \
'unlock:release locks that an operator left behind' \
'flag:switch the application'\''s circuit breaker or throttle on' \
'scale:run more replicas of a workload' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede break help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__flag_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__flag_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help flag commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__freeze_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__freeze_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help freeze commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__keymiss-events_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__keymiss-events_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help keymiss-events commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__kill-idle_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__kill-idle_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help kill-idle commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__lock_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help lock commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__maxclients_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__maxclients_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help maxclients commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__maxmemory_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__maxmemory_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help maxmemory commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__scale_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__scale_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help scale commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__timeout_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__timeout_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help timeout commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__help__subcmd__unlock_commands] )) ||
_stampede__subcmd__break__subcmd__help__subcmd__unlock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break help unlock commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__keymiss-events_commands] )) ||
_stampede__subcmd__break__subcmd__keymiss-events_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break keymiss-events commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__kill-idle_commands] )) ||
_stampede__subcmd__break__subcmd__kill-idle_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break kill-idle commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__lock_commands] )) ||
_stampede__subcmd__break__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break lock commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__maxclients_commands] )) ||
_stampede__subcmd__break__subcmd__maxclients_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break maxclients commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__maxmemory_commands] )) ||
_stampede__subcmd__break__subcmd__maxmemory_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break maxmemory commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__scale_commands] )) ||
_stampede__subcmd__break__subcmd__scale_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break scale commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__timeout_commands] )) ||
_stampede__subcmd__break__subcmd__timeout_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break timeout commands' commands "$@"
}
(( $+functions[_stampede__subcmd__break__subcmd__unlock_commands] )) ||
_stampede__subcmd__break__subcmd__unlock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede break unlock commands' commands "$@"
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
'break:Break the stampede\: phase 2 of the protocol, or one action of it' \
'protect:Protect the database\: phase 3 of the protocol, or one action of it' \
'recover:Recover\: bring the cache back without a second stampede' \
'run:Run a playbook\: all its phases in order, measuring again between them' \
'undo:Put back what is still in effect, newest first' \
'status:Show what is in effect, who did it, and how long ago' \
'incident:List, show and close incidents' \
'playbook:Work on playbooks by daylight\: list, show, check, explain, write and test them' \
'drill:Rehearse\: a real stampede on real servers, diagnosed' \
'config:Show what would be used, or print the schema of stampede.yaml' \
'watchdog:Stand by, and put a step back when the process that began it dies' \
'completions:Print the completion script of a shell' \
'man:Print the manual page (troff)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break_commands] )) ||
_stampede__subcmd__help__subcmd__break_commands() {
    local commands; commands=(
'maxclients:let more clients connect' \
'maxmemory:let the cache hold more data' \
'timeout:close connections that nobody uses' \
'kill-idle:close the connections that were silent longest' \
'keymiss-events:name the hottest keys that are missing' \
'freeze:have living keys outlive the incident' \
'lock:rebuild keys once, under the application'\''s own lock' \
'unlock:release locks that an operator left behind' \
'flag:switch the application'\''s circuit breaker or throttle on' \
'scale:run more replicas of a workload' \
    )
    _describe -t commands 'stampede help break commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__flag_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__flag_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break flag commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__freeze_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__freeze_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break freeze commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__keymiss-events_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__keymiss-events_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break keymiss-events commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__kill-idle_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__kill-idle_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break kill-idle commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__lock_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__lock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break lock commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__maxclients_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__maxclients_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break maxclients commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__maxmemory_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__maxmemory_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break maxmemory commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__scale_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__scale_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break scale commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__timeout_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__timeout_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break timeout commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__break__subcmd__unlock_commands] )) ||
_stampede__subcmd__help__subcmd__break__subcmd__unlock_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help break unlock commands' commands "$@"
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
(( $+functions[_stampede__subcmd__help__subcmd__incident_commands] )) ||
_stampede__subcmd__help__subcmd__incident_commands() {
    local commands; commands=(
'list:List all incidents, the newest first' \
'show:Show what was done in an incident, event by event; -o json prints its records' \
'close:Close an incident\: the next change opens a new one' \
    )
    _describe -t commands 'stampede help incident commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__incident__subcmd__close_commands] )) ||
_stampede__subcmd__help__subcmd__incident__subcmd__close_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help incident close commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__incident__subcmd__list_commands] )) ||
_stampede__subcmd__help__subcmd__incident__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help incident list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__incident__subcmd__show_commands] )) ||
_stampede__subcmd__help__subcmd__incident__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help incident show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__man_commands] )) ||
_stampede__subcmd__help__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help man commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook_commands] )) ||
_stampede__subcmd__help__subcmd__playbook_commands() {
    local commands; commands=(
'list:List the playbooks that a name leads to' \
'show:Show a playbook'\''s file, or with -o json what was read from it' \
'validate:Check files; all that is wrong is told at once, with its place' \
'explain:Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used' \
'schema:Print the JSON Schema of playbooks, for editors' \
'new:Print a commented playbook to begin with' \
'test:Run the \`test\:\` cases of playbooks\: recorded observations are diagnosed, and every step is held against what came of it' \
    )
    _describe -t commands 'stampede help playbook commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__explain_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook explain commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__list_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__new_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook new commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__schema_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__show_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__test_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook test commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__playbook__subcmd__validate_commands] )) ||
_stampede__subcmd__help__subcmd__playbook__subcmd__validate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help playbook validate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect_commands] )) ||
_stampede__subcmd__help__subcmd__protect_commands() {
    local commands; commands=(
'kill:end copies of a running query, and keep the oldest of each' \
'terminate:end the sessions that run copies of a query, and keep the oldest of each' \
'read-only:stop ordinary accounts from writing' \
'max-connections:let more or fewer clients connect to the database' \
'limit:limit how many connections an account may have' \
'reroute:have a Service send its traffic to other pods' \
'annotate:set annotations of an object\: an ingress'\''s rate limit' \
'patch:change some fields of an object' \
'restart:replace the pods of a workload, a few at a time' \
'call:change what has only an HTTP API\: a CDN'\''s TTL, a feature flag' \
'pause:let clients queue in PgBouncer for a moment' \
    )
    _describe -t commands 'stampede help protect commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__annotate_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__annotate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect annotate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__call_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__call_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect call commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__kill_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__kill_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect kill commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__limit_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__limit_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect limit commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__max-connections_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__max-connections_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect max-connections commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__patch_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__patch_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect patch commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__pause_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect pause commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__read-only_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__read-only_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect read-only commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__reroute_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__reroute_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect reroute commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__restart_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect restart commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__protect__subcmd__terminate_commands] )) ||
_stampede__subcmd__help__subcmd__protect__subcmd__terminate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help protect terminate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover_commands] )) ||
_stampede__subcmd__help__subcmd__recover_commands() {
    local commands; commands=(
'warm:have missing keys refilled, as fast as the database takes it' \
'stagger:spread the expiries of keys that would expire together' \
'ttl:raise the TTLs of keys for a time, or bring them back gradually' \
'ramp:let traffic in step by step, each step held and watched' \
'keys:List the keys to warm, the hottest first, with sizes and TTLs' \
'undo:Lift what was put in place, newest first, one at a time, each watched' \
'verify:See that it is over\: the protocol'\''s last checklist, held for some windows' \
    )
    _describe -t commands 'stampede help recover commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__keys_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__keys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover keys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__ramp_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__ramp_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover ramp commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__stagger_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__stagger_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover stagger commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__ttl_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__undo_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover undo commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__verify_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover verify commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__recover__subcmd__warm_commands] )) ||
_stampede__subcmd__help__subcmd__recover__subcmd__warm_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help recover warm commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__run_commands] )) ||
_stampede__subcmd__help__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help run commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__status_commands] )) ||
_stampede__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help status commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__undo_commands] )) ||
_stampede__subcmd__help__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help undo commands' commands "$@"
}
(( $+functions[_stampede__subcmd__help__subcmd__watchdog_commands] )) ||
_stampede__subcmd__help__subcmd__watchdog_commands() {
    local commands; commands=()
    _describe -t commands 'stampede help watchdog commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident_commands] )) ||
_stampede__subcmd__incident_commands() {
    local commands; commands=(
'list:List all incidents, the newest first' \
'show:Show what was done in an incident, event by event; -o json prints its records' \
'close:Close an incident\: the next change opens a new one' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede incident commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__close_commands] )) ||
_stampede__subcmd__incident__subcmd__close_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident close commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__help_commands] )) ||
_stampede__subcmd__incident__subcmd__help_commands() {
    local commands; commands=(
'list:List all incidents, the newest first' \
'show:Show what was done in an incident, event by event; -o json prints its records' \
'close:Close an incident\: the next change opens a new one' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede incident help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__help__subcmd__close_commands] )) ||
_stampede__subcmd__incident__subcmd__help__subcmd__close_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident help close commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__incident__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__help__subcmd__list_commands] )) ||
_stampede__subcmd__incident__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident help list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__help__subcmd__show_commands] )) ||
_stampede__subcmd__incident__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident help show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__list_commands] )) ||
_stampede__subcmd__incident__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__incident__subcmd__show_commands] )) ||
_stampede__subcmd__incident__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede incident show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__man_commands] )) ||
_stampede__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'stampede man commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook_commands] )) ||
_stampede__subcmd__playbook_commands() {
    local commands; commands=(
'list:List the playbooks that a name leads to' \
'show:Show a playbook'\''s file, or with -o json what was read from it' \
'validate:Check files; all that is wrong is told at once, with its place' \
'explain:Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used' \
'schema:Print the JSON Schema of playbooks, for editors' \
'new:Print a commented playbook to begin with' \
'test:Run the \`test\:\` cases of playbooks\: recorded observations are diagnosed, and every step is held against what came of it' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede playbook commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__explain_commands] )) ||
_stampede__subcmd__playbook__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook explain commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help_commands] )) ||
_stampede__subcmd__playbook__subcmd__help_commands() {
    local commands; commands=(
'list:List the playbooks that a name leads to' \
'show:Show a playbook'\''s file, or with -o json what was read from it' \
'validate:Check files; all that is wrong is told at once, with its place' \
'explain:Print a playbook as a page to read on paper, with the raw commands for the day this program cannot be used' \
'schema:Print the JSON Schema of playbooks, for editors' \
'new:Print a commented playbook to begin with' \
'test:Run the \`test\:\` cases of playbooks\: recorded observations are diagnosed, and every step is held against what came of it' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede playbook help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__explain_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help explain commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__list_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__new_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help new commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__schema_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__show_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__test_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help test commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__help__subcmd__validate_commands] )) ||
_stampede__subcmd__playbook__subcmd__help__subcmd__validate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook help validate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__list_commands] )) ||
_stampede__subcmd__playbook__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook list commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__new_commands] )) ||
_stampede__subcmd__playbook__subcmd__new_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook new commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__schema_commands] )) ||
_stampede__subcmd__playbook__subcmd__schema_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook schema commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__show_commands] )) ||
_stampede__subcmd__playbook__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook show commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__test_commands] )) ||
_stampede__subcmd__playbook__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook test commands' commands "$@"
}
(( $+functions[_stampede__subcmd__playbook__subcmd__validate_commands] )) ||
_stampede__subcmd__playbook__subcmd__validate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede playbook validate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect_commands] )) ||
_stampede__subcmd__protect_commands() {
    local commands; commands=(
'kill:end copies of a running query, and keep the oldest of each' \
'terminate:end the sessions that run copies of a query, and keep the oldest of each' \
'read-only:stop ordinary accounts from writing' \
'max-connections:let more or fewer clients connect to the database' \
'limit:limit how many connections an account may have' \
'reroute:have a Service send its traffic to other pods' \
'annotate:set annotations of an object\: an ingress'\''s rate limit' \
'patch:change some fields of an object' \
'restart:replace the pods of a workload, a few at a time' \
'call:change what has only an HTTP API\: a CDN'\''s TTL, a feature flag' \
'pause:let clients queue in PgBouncer for a moment' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede protect commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__annotate_commands] )) ||
_stampede__subcmd__protect__subcmd__annotate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect annotate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__call_commands] )) ||
_stampede__subcmd__protect__subcmd__call_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect call commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help_commands] )) ||
_stampede__subcmd__protect__subcmd__help_commands() {
    local commands; commands=(
'kill:end copies of a running query, and keep the oldest of each' \
'terminate:end the sessions that run copies of a query, and keep the oldest of each' \
'read-only:stop ordinary accounts from writing' \
'max-connections:let more or fewer clients connect to the database' \
'limit:limit how many connections an account may have' \
'reroute:have a Service send its traffic to other pods' \
'annotate:set annotations of an object\: an ingress'\''s rate limit' \
'patch:change some fields of an object' \
'restart:replace the pods of a workload, a few at a time' \
'call:change what has only an HTTP API\: a CDN'\''s TTL, a feature flag' \
'pause:let clients queue in PgBouncer for a moment' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede protect help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__annotate_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__annotate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help annotate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__call_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__call_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help call commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__kill_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__kill_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help kill commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__limit_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__limit_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help limit commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__max-connections_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__max-connections_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help max-connections commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__patch_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__patch_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help patch commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__pause_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help pause commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__read-only_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__read-only_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help read-only commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__reroute_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__reroute_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help reroute commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__restart_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help restart commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__help__subcmd__terminate_commands] )) ||
_stampede__subcmd__protect__subcmd__help__subcmd__terminate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect help terminate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__kill_commands] )) ||
_stampede__subcmd__protect__subcmd__kill_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect kill commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__limit_commands] )) ||
_stampede__subcmd__protect__subcmd__limit_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect limit commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__max-connections_commands] )) ||
_stampede__subcmd__protect__subcmd__max-connections_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect max-connections commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__patch_commands] )) ||
_stampede__subcmd__protect__subcmd__patch_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect patch commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__pause_commands] )) ||
_stampede__subcmd__protect__subcmd__pause_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect pause commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__read-only_commands] )) ||
_stampede__subcmd__protect__subcmd__read-only_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect read-only commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__reroute_commands] )) ||
_stampede__subcmd__protect__subcmd__reroute_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect reroute commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__restart_commands] )) ||
_stampede__subcmd__protect__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect restart commands' commands "$@"
}
(( $+functions[_stampede__subcmd__protect__subcmd__terminate_commands] )) ||
_stampede__subcmd__protect__subcmd__terminate_commands() {
    local commands; commands=()
    _describe -t commands 'stampede protect terminate commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover_commands] )) ||
_stampede__subcmd__recover_commands() {
    local commands; commands=(
'warm:have missing keys refilled, as fast as the database takes it' \
'stagger:spread the expiries of keys that would expire together' \
'ttl:raise the TTLs of keys for a time, or bring them back gradually' \
'ramp:let traffic in step by step, each step held and watched' \
'keys:List the keys to warm, the hottest first, with sizes and TTLs' \
'undo:Lift what was put in place, newest first, one at a time, each watched' \
'verify:See that it is over\: the protocol'\''s last checklist, held for some windows' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede recover commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help_commands] )) ||
_stampede__subcmd__recover__subcmd__help_commands() {
    local commands; commands=(
'warm:have missing keys refilled, as fast as the database takes it' \
'stagger:spread the expiries of keys that would expire together' \
'ttl:raise the TTLs of keys for a time, or bring them back gradually' \
'ramp:let traffic in step by step, each step held and watched' \
'keys:List the keys to warm, the hottest first, with sizes and TTLs' \
'undo:Lift what was put in place, newest first, one at a time, each watched' \
'verify:See that it is over\: the protocol'\''s last checklist, held for some windows' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'stampede recover help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__help_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help help commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__keys_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__keys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help keys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__ramp_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__ramp_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help ramp commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__stagger_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__stagger_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help stagger commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__ttl_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__undo_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help undo commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__verify_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help verify commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__help__subcmd__warm_commands] )) ||
_stampede__subcmd__recover__subcmd__help__subcmd__warm_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover help warm commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__keys_commands] )) ||
_stampede__subcmd__recover__subcmd__keys_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover keys commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__ramp_commands] )) ||
_stampede__subcmd__recover__subcmd__ramp_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover ramp commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__stagger_commands] )) ||
_stampede__subcmd__recover__subcmd__stagger_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover stagger commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__ttl_commands] )) ||
_stampede__subcmd__recover__subcmd__ttl_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover ttl commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__undo_commands] )) ||
_stampede__subcmd__recover__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover undo commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__verify_commands] )) ||
_stampede__subcmd__recover__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover verify commands' commands "$@"
}
(( $+functions[_stampede__subcmd__recover__subcmd__warm_commands] )) ||
_stampede__subcmd__recover__subcmd__warm_commands() {
    local commands; commands=()
    _describe -t commands 'stampede recover warm commands' commands "$@"
}
(( $+functions[_stampede__subcmd__run_commands] )) ||
_stampede__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'stampede run commands' commands "$@"
}
(( $+functions[_stampede__subcmd__status_commands] )) ||
_stampede__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'stampede status commands' commands "$@"
}
(( $+functions[_stampede__subcmd__undo_commands] )) ||
_stampede__subcmd__undo_commands() {
    local commands; commands=()
    _describe -t commands 'stampede undo commands' commands "$@"
}
(( $+functions[_stampede__subcmd__watchdog_commands] )) ||
_stampede__subcmd__watchdog_commands() {
    local commands; commands=()
    _describe -t commands 'stampede watchdog commands' commands "$@"
}

if [ "$funcstack[1]" = "_stampede" ]; then
    _stampede "$@"
else
    compdef _stampede stampede
fi
