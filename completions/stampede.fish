complete --keep-order --exclusive --command stampede --arguments "(_STAMPEDE_COMPLETE=fish stampede -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
