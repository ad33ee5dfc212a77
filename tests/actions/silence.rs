//! What takes thirty seconds of silence, because no shorter one is touched (S12): all of it waits at the same time.

use super::{kill_idle, timeout};

#[tokio::test]
async fn after_thirty_seconds_of_silence() {
    tokio::join!(
        timeout::the_idle_go_the_exempt_stay_and_so_do_we(),
        kill_idle::only_ordinary_silent_connections_go_and_who_wakes_up_is_spared(),
        kill_idle::the_longest_go_first_up_to_the_limit_and_stop_ends_after_the_batch_in_hand(),
        kill_idle::after_a_restart_the_new_holders_of_the_ids_are_spared_on_every_node(),
        kill_idle::who_may_not_list_or_kill_is_told_so_before_anything_is_asked(),
    );
}
