//! The assessment as attributes.

use ppcmk_coverage::assessment::{EnvironmentCoverage, WorkloadCoverage};

use super::model::{Coverage, Row};

impl Coverage {
    pub(super) fn set_result(&mut self, coverage: &EnvironmentCoverage) {
        self.status = coverage.status.as_str().to_owned().into();
        self.gaps = coverage.gaps().map(Row::of).collect::<Vec<_>>().into();
        self.workloads = coverage
            .workloads
            .iter()
            .map(Row::of)
            .collect::<Vec<_>>()
            .into();
    }
}

impl Row {
    fn of(workload: &WorkloadCoverage) -> Self {
        let text = |text: &str| text.to_owned().into();
        Self {
            id: text(workload.id),
            title: text(workload.title),
            instance: workload.instance.clone().into(),
            part: text(workload.part.as_str()),
            key_control: text(workload.key_control.as_str()),
            geo: workload.geo.map(|geo| geo.id().to_owned()).into(),
            reason: workload.reason.clone().into(),
            code: workload.code.map(str::to_owned).into(),
            source: workload.source.map(|source| source.url.to_owned()).into(),
        }
    }
}
