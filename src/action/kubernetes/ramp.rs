//! `recover ramp` through a cluster: the weight of a backend in an HTTPRoute, or the canary weight of an ingress.

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::common::{contested, find};
use crate::action::kubernetes::weights::{Image, receivers, weights};
use crate::action::params::params;
use crate::action::patience::repeated;
use crate::action::staged_ramp::{
    HELD_FOR, IN_STEPS, Ladder, Lever, PAST_CEILING, RISK, Reached, staged_ramp,
};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Lifting, News, Phase, Place, Plan, PlanResult,
    Recorder, Refusal, Reverted, Spec, Touch, Undo, Unplanned, Whose, unless,
};
use crate::approval::Permit;
use crate::change::{Found, Left, Level, Part, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::kubernetes::{Reader, Writer, words};
use crate::system::load::Gauge;
use crate::system::{Kubernetes, System};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        object: Option<String> = positional Type::Text, "httproute/NAME, grpcroute/NAME, virtualservice/NAME or ingress/NAME";
        backend: Option<String> = flag "backend", Type::Text,
            "the backend of the route that is to get the traffic; of a VirtualService HOST or HOST:SUBSET";
        steps: Option<String> = shared IN_STEPS;
        hold: Option<Duration> = shared HELD_FOR;
        past_ceiling: bool = shared PAST_CEILING;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Ramp>(About {
    name: NAME,
    command: "ramp",
    phase: Phase::Recover,
    kind: Kind::Kubernetes,
    summary: "let traffic in step by step, each step held and watched",
    help: "Raises the weight of a backend in an HTTPRoute or GRPCRoute of the Gateway API, or in an Istio VirtualService (the \
           other backend of the rule gets what is left), or the canary weight of an ingress (nginx.ingress.kubernetes.io/canary-weight, a part of \
           canary-weight-total): 1, 5, 10, 25, 50, 75, 100. Some pod behind it must be ready. Several rules are moved each \
           from where it is, and each is known by what it is, wherever it stands by then. Each step \
           is held, and the databases are looked at every second; a relapse halves it, and there it stays. The incident \
           remembers the ceiling. Each write tests that the object is still as it was left. Undo puts the weights of before \
           back.",
    example: "stampede recover ramp httproute/shop --backend shop-full --hold 1m",
    by_hand: ByHand {
        act: &[
            "kubectl get {object} -o yaml  # note the weights, OLD",
            "kubectl edit {object}  # 1, 5, 10, 25, 50, 75, 100: half a minute each, watching the database",
        ],
        back: &["kubectl edit {object}  # OLD"],
    },
});

const NAME: &str = "kubernetes.ramp";
struct Ramp;

/// Moves the weights.
struct Hand<'a, 'w> {
    image: &'a Image,
    /// What it has let in last, in percent; none: nothing yet, what was there before stands.
    last: Option<u32>,
    writer: &'a mut Writer<'w>,
    permit: Permit<'a>,
    record: &'a dyn Recorder,
    node: &'a str,
}

impl Lever for Hand<'_, '_> {
    async fn set(&mut self, percent: u32) -> Result<(), TargetError> {
        let object = &self.image.patch.object;
        let now = repeated(|| self.writer.reader.patched(&self.image.patch))
            .await?
            .ok_or_else(|| TargetError::new(TargetErrorKind::Input, format!("{object} has just gone")))?;
        let theirs = |is: String| {
            let message = format!("somebody else has just changed {object}: {is}");
            TargetError::new(TargetErrorKind::Input, message)
        };
        let image = self.image.located(&now).map_err(theirs)?;
        // Only over what stands there by us, or was there when it began (S27).
        let stands = match self.last {
            Some(last) => image.lets_in(last, &now),
            None => image.is_before(&now),
        };
        if !stands {
            return Err(theirs(image.patch.now(&now)));
        }
        if percent > self.last.unwrap_or(image.from) {
            for service in &image.receivers {
                if repeated(|| is_served(service, self.writer.reader)).await? == Some(false) {
                    let message =
                        format!("no pod behind the Service {} is ready any more", text::escape(service));
                    return Err(TargetError::new(TargetErrorKind::Input, message));
                }
            }
        }
        self.writer.patch(&self.permit, &image.to(percent, &now)).await?;
        self.last = Some(percent);
        Ok(())
    }

    async fn relapsed(&mut self, percent: u32) -> Result<(), TargetError> {
        let image = Image { ceiling: percent, ..self.image.clone() };
        let id = self.writer.reader.cluster().await?;
        self.record.batch(Part::of(self.node, id, &image)?).await.map(drop)
    }

    async fn ratio(&mut self) -> Option<f64> {
        None
    }
}

fn ladder(params: &Params, context: &Context<'_>) -> Ladder {
    Ladder::given(NAME, params.steps.as_deref(), params.hold, params.past_ceiling, context)
}

/// What puts the weights of before back when all traffic is let in, which no undo does.
async fn by_hand(image: &Image, reader: &Reader) -> Option<String> {
    let now = reader.patched(&image.patch).await.ok()??;
    let back = image.located(&now).ok()?.patch.reversed().from(&now);
    Some(format!("no undo takes that away again; by hand: {back}"))
}

/// Whether a pod behind a Service is ready; none: this account may not see that. Errors: that cannot be asked.
async fn is_served(service: &str, reader: &Reader) -> Result<Option<bool>, TargetError> {
    match reader.ready_endpoints(service).await {
        Ok((_, ready)) => Ok(Some(!ready.is_empty())),
        Err(error) if error.kind == TargetErrorKind::Permission => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is not known of those who are to serve the traffic. Errors: behind a Service nobody is ready, and all would be let in to
/// nobody; that cannot be asked.
async fn unseen(services: &[String], others: bool, reader: &Reader) -> Result<Vec<String>, Unplanned> {
    let mut unseen = Vec::new();
    for service in services {
        let name = text::escape(service);
        match is_served(service, reader).await? {
            Some(true) => {}
            Some(false) => {
                let why = format!("no pod behind the Service {name} is ready, or there is no such Service");
                return Err(Refusal::for_want(why, "let traffic in when somebody is there to serve it").into());
            }
            None => unseen.push(format!(
                "whether a pod behind the Service {name} is ready is not known: this account may not list endpointslices"
            )),
        }
    }
    let elsewhere = "whether anybody serves the backends that are no Service of this namespace, or a subset of one, is not known";
    unseen.extend(others.then(|| elsewhere.to_owned()));
    Ok(unseen)
}

impl Action for Ramp {
    type System = Kubernetes;
    type Image = Image;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Never;

    fn check(params: &Params) -> Result<(), FieldError> {
        match Ladder::steps(params.steps.as_deref()) {
            Err(why) => Err(FieldError::new("steps", why)),
            Ok(_) if params.object.is_none() => {
                Err(FieldError::new("object", "say what moves the traffic: httproute/NAME or ingress/NAME"))
            }
            Ok(_) => Ok(()),
        }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let (which, found) = find(params.object.as_deref().unwrap_or_default(), reader).await?;
        let mut image = weights(&which, &found, params.backend.as_deref())?;
        let ladder = ladder(params, context);
        let steps = ladder.above(image.from);
        let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
            return Ok(ladder.ended(image.from));
        };
        image.patch = image.to(first, &found);
        image.steps.clone_from(&steps);
        let (mut risk, mut level) = contested(&which, &found, &image.patch.fields, reader);
        risk.push(RISK.into());
        let (services, others) = receivers(&which, &found, params.backend.as_deref());
        let unseen = unseen(&services, others, reader).await?;
        image.receivers = services;
        if !unseen.is_empty() {
            level = Level::Type;
        }
        risk.extend(unseen);
        let load = Gauge::over(context.lines).read().await;
        unless(ladder.refused(&load))?;
        let busiest = load.busiest;
        let mut forecast = vec![
            ladder.forecast(image.from, last),
            match busiest {
                Some((running, name)) => format!(
                    "a relapse is {} statements ({} runs {}): half as much then",
                    text::count(ladder.slow),
                    text::escape(&name),
                    text::count(running)
                ),
                None => "no database is seen: nothing would tell a relapse".into(),
            },
        ];
        forecast.extend(ladder.stays_below());
        let commands = image.ladder(&steps, &found).iter().map(ToString::to_string).collect();
        Ok(Plan::Change(Draft {
            summary: format!("let traffic in step by step: {which} in namespace {}", which.namespace),
            parts: vec![(reader.node(), reader.cluster().await?, image)],
            commands,
            forecast,
            risk,
            back: "puts the weights of before back, until all traffic is let in: then they stay, and what puts them back by hand is shown; at a relapse half of it goes back, by itself".into(),
            level,
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        super::touches(&image.patch)
    }

    fn commands(_: &Image) -> Vec<String> {
        Vec::new()
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        // What remembers a relapse puts nothing back: the part of the plan does.
        if image.ceiling > 0 { Vec::new() } else { vec![image.patch.reversed().to_string()] }
    }

    async fn undo_commands_now(image: &Image, _: Option<Whose>, reader: &mut Reader) -> Vec<String> {
        match reader.patched(&image.patch).await {
            // From the step that was reached, which is seldom the first, and where the rules are now.
            Ok(Some(now)) if image.ceiling == 0 => match image.located(&now) {
                Ok(image) => vec![image.patch.reversed().from(&now).to_string()],
                Err(_) => Vec::new(),
            },
            _ => Self::undo_commands(image),
        }
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let Some(now) = reader.patched(&image.patch).await? else { return Ok(Standing::Before) };
        if words(&now, "/metadata/uid") != image.patch.uid {
            return Ok(Standing::Before);
        }
        let image = match image.located(&now) {
            Ok(image) => image,
            Err(why) => return Ok(Standing::Drifted(why.into())),
        };
        Ok(match () {
            // An undo was cut off before the weights were theirs again who held them.
            () if image.is_before(&now) && reader.owes(&image.patch, &now).await? => Standing::After,
            () if image.is_before(&now) => Standing::Before,
            () if image.is_ours(&now) => Standing::After,
            () => Standing::Drifted(image.patch.now(&now).into()),
        })
    }

    async fn apply(
        Apply { params, context, images, writer, record }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let Some((node, image)) = images.first() else {
            return Ok(Applied::over(Vec::new()));
        };
        let (ladder, gauge) = (ladder(params, context), Gauge::over(context.lines));
        let permit = record.planned(0)?;
        let mut hand = Hand { image, last: None, writer, permit, record, node };
        let reached = staged_ramp(&mut hand, image.from, &ladder, gauge, record).await?;
        let Reached { percent, stopped, .. } = reached;
        let in_effect = percent != image.from && percent < 100;
        let mut notes = reached.words();
        if percent == 100 && image.from < 100 {
            notes.extend(by_hand(image, writer.reader).await);
        }
        Ok(Applied::left(in_effect, notes).cut_short(stopped))
    }

    async fn fence(
        image: &Image,
        writer: &mut <Self::System as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        writer.fence(permit, &image.patch).await
    }

    fn place(image: &Image) -> Option<Place> {
        Some(super::place(&image.patch))
    }

    async fn announce(
        image: &Image,
        news: &News,
        writer: &mut <Self::System as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        super::announce(&image.patch, news, writer, permit).await
    }

    fn drifted(_: &str, image: &Image, now: &Found) -> String {
        format!("{}: not ours any more; {now} now", image.patch.object)
    }

    async fn undo(
        Undo { image, force, writer, permit, .. }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        let complete = |notes: Vec<String>| Ok(Reverted::whole(notes));
        let Some(now) = writer.reader.patched(&image.patch).await? else {
            return complete(vec![format!("{} is gone", image.patch.object)]);
        };
        if words(&now, "/metadata/uid") != image.patch.uid {
            return complete(Vec::new());
        }
        // A rule that is not there any more cannot be put back, whatever anybody says.
        let image = match image.located(&now) {
            Ok(image) => image,
            Err(why) => {
                let why = format!("{}: not ours any more; {why}", image.patch.object);
                return Ok(Reverted::left(Left::by("S27", why)));
            }
        };
        let is_before = image.is_before(&now);
        if !is_before && !image.is_ours(&now) && force.drift.is_none() {
            let is = image.patch.now(&now);
            let why = format!("{}: not ours any more; {is} now", image.patch.object);
            return Ok(Reverted::left(Left::by("S27", why)));
        }
        if !is_before {
            writer.patch(permit, &image.patch.reversed().from(&now)).await?;
        }
        Ok(Reverted::whole(super::give_back(&image.patch, writer, permit).await))
    }
}
