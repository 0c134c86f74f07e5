#pragma once

/// The environment variables by which the launcher tells a rank who it is, and which the runtime in that rank
/// reads. One constant each, so that both sides spell them alike; docs/environment.md says what they mean.
namespace tt_run::job {

inline constexpr char kMeshIdVariable[] = "TT_MESH_ID";
inline constexpr char kMeshHostRankVariable[] = "TT_MESH_HOST_RANK";
inline constexpr char kMeshGraphDescriptorVariable[] = "TT_MESH_GRAPH_DESC_PATH";
inline constexpr char kVisibleDevicesVariable[] = "TT_VISIBLE_DEVICES";
inline constexpr char kMockClusterVariable[] = "TT_METAL_MOCK_CLUSTER_DESC_PATH";
inline constexpr char kFactorySystemVariable[] = "TT_METAL_FACTORY_SYSTEM_DESCRIPTOR_PATH";
inline constexpr char kEmulateVariable[] = "TT_RUN_EMULATE";
/// Which host of the emulated machine a rank stands for.
inline constexpr char kEmulatedHostVariable[] = "TT_RUN_EMULATED_HOST";
/// Faults of links for the fabric of emulated chips, with blanks between them.
inline constexpr char kFaultsVariable[] = "TT_RUN_FAULTS";
/// A directory for what a rank reports at its end.
inline constexpr char kReportVariable[] = "TT_RUN_REPORT";
/// What becomes of a deadlocked job: abort, report or off.
inline constexpr char kDeadlockVariable[] = "TT_RUN_DEADLOCK";
inline constexpr char kChipDramVariable[] = "TT_RUN_CHIP_DRAM";
inline constexpr char kCacheVariable[] = "TT_METAL_CACHE";
inline constexpr char kMetalHomeVariable[] = "TT_METAL_HOME";
inline constexpr char kProfilerDirectoryVariable[] = "TT_METAL_PROFILER_DIR";
inline constexpr char kRuntimeRootVariable[] = "TT_METAL_RUNTIME_ROOT";
inline constexpr char kOriginalDirectoryVariable[] = "TT_RUN_ORIGINAL_CWD";
inline constexpr char kRankVariable[] = "TT_RUN_RANK";
inline constexpr char kSizeVariable[] = "TT_RUN_SIZE";
inline constexpr char kSubcontextIdVariable[] = "TT_RUN_SUBCONTEXT_ID";
inline constexpr char kSubcontextSizesVariable[] = "TT_RUN_SUBCONTEXT_SIZES";

/// Carried by every process of a job, so that none can be mistaken for another's: unique per launch.
inline constexpr char kJobVariable[] = "TT_RUN_JOB";
/// Where the supervisor listens, and the token it wants to hear: the agent's for an agent, the runtime's for
/// the program.
inline constexpr char kSupervisorVariable[] = "TT_RUN_SUPERVISOR";
inline constexpr char kTokenVariable[] = "TT_RUN_TOKEN";
/// Set if somebody looks at the phases that a rank goes through.
inline constexpr char kPhasesVariable[] = "TT_RUN_PHASES";
/// Of the MPI launcher alone: a directory for its temporary files, which goes with the job.
inline constexpr char kScratchVariable[] = "TT_RUN_SCRATCH";

}  // namespace tt_run::job
