#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "launcher/agent/pmi_relay.hpp"
#include "launcher/allocation/rank_pinnings.hpp"
#include "launcher/bindings/mapping_files.hpp"
#include "launcher/bindings/mesh_coordinates.hpp"
#include "launcher/bindings/rank_binding.hpp"
#include "launcher/bindings/variable_expansion.hpp"
#include "launcher/hosts/batch_hosts.hpp"
#include "launcher/hosts/host_files.hpp"
#include "launcher/hosts/host_names.hpp"
#include "launcher/plan/elf_needs.hpp"
#include "launcher/plan/mpi_arguments.hpp"
#include "launcher/run/exit_code_filter.hpp"
#include "support/file.hpp"
#include "test/fuzz/target.hpp"

namespace tt_run::fuzz {

using support::DiagnosticSink;

namespace {

void read_rank_bindings(std::string_view bytes) {
    const auto bindings =
        load_checked([&](auto& sink) { return launcher::parse_rank_bindings(as_source(bytes), sink); });
    if (bindings) {
        std::vector<bool> seen(bindings->rows.size());
        for (const launcher::RankBinding& row : bindings->rows) {
            const auto rank = static_cast<std::size_t>(row.rank.value.value);
            demand(rank < seen.size() && !seen[rank], "ranks run from 0 without gaps");
            seen[rank] = true;
        }
    }
}

void read_mapping_files(std::string_view bytes) {
    const auto source = as_source(bytes);
    load_checked([&](auto& sink) { return launcher::parse_rank_bindings_mapping(source, sink); });
    load_checked([&](auto& sink) { return launcher::parse_mesh_graph_descriptor_mapping(source, sink); });
    load_checked([&](auto& sink) { return launcher::parse_mock_cluster_mapping(source, sink); });
}

void read_rank_pinnings(std::string_view bytes) {
    load_checked([&](auto& sink) { return launcher::parse_rank_pinnings(as_source(bytes), sink); });
}

void read_mpi_arguments(std::string_view bytes) {
    for (const auto family : {launcher::MpiFamily::mpich, launcher::MpiFamily::open_mpi}) {
        load_checked([&](auto& sink) {
            return launcher::parse_mpi_arguments(as_source(bytes, "<--mpi-args>"), family, sink);
        });
    }
}

void read_hosts(std::string_view bytes) {
    DiagnosticSink sink;
    const auto source = as_source(bytes, "<--hosts>");
    launcher::parse_host_names({std::string(bytes), {source, 0, bytes.size()}}, sink);
    check_diagnostics(sink);
    load_checked([&](auto& s) { return launcher::parse_hostfile(as_source(bytes), s); });
}

void read_rankfile(std::string_view bytes) {
    load_checked([&](auto& sink) { return launcher::parse_rankfile(as_source(bytes), sink); });
}

/// A line for the list of nodes, one for the counts: as Slurm, then as LSF says it.
void read_batch_hosts(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string first(bytes.substr(0, end));
    const std::string second(bytes.substr(std::min(end + 1, bytes.size())));
    for (const support::Variables& variables :
         {support::Variables{
              {"SLURM_JOB_ID", "1"}, {"SLURM_JOB_NODELIST", first}, {"SLURM_TASKS_PER_NODE", second}},
          support::Variables{{"LSB_JOBID", "1"}, {"LSB_MCPU_HOSTS", first}, {"LSB_HOSTS", second}}}) {
        support::HostEnvironment host;
        host.variables = variables;
        DiagnosticSink sink;
        launcher::find_batch_hosts(host, sink);
        check_diagnostics(sink);
    }
}

void read_mesh_coordinates(std::string_view bytes) {
    topology::Mesh mesh;
    mesh.device_dims = {8, 4};
    const auto source = as_source(bytes);
    const auto chips = load_checked([&](auto& sink) {
        return launcher::parse_mesh_coordinates({source, 0, bytes.size()}, mesh, sink);
    });
    if (chips) {
        demand(chips->size() <= 32, "only chips of the mesh");
    }
}

void read_variables(std::string_view bytes) {
    const support::Variables variables{
        {"A", "one"}, {"LONG", std::string(100, 'x')}, {"EMPTY", ""}, {"SELF", "$SELF"}};
    const std::string expanded = launcher::expand_variables(bytes, variables);
    demand(expanded.size() <= 100 * bytes.size(), "what was put in is not expanded again");
}

/// Hydra's output, in pieces as large as the first byte says.
void filter_exit_codes(std::string_view bytes) {
    launcher::ExitCodeFilter filter("host");
    const std::size_t step = bytes.empty() ? 1 : 1U + static_cast<unsigned char>(bytes.front()) % 16U;
    std::size_t passed = 0;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        passed += filter.feed(bytes.substr(at, step)).size();
    }
    passed += filter.finish().size();
    demand(passed <= bytes.size(), "a filter adds nothing");
    demand(passed == bytes.size() || !filter.statuses().empty() ||
               bytes.find("Exit codes") != std::string_view::npos,
           "what is taken out are exit codes");
    launcher::exit_code_of(filter.statuses());
}

void read_pmi(std::string_view bytes) {
    launcher::abort_code(bytes);
}

void read_program(std::string_view bytes) {
    const job::Descriptor file(::memfd_create("program", MFD_CLOEXEC));
    demand(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
           "memory can be written");
    launcher::read_elf_needs(fmt::format("/proc/self/fd/{}", file.get()));
}

std::vector<std::string> mpi_words() {
    return {
        "-x A=1 -x B --map-by rankfile:file=ranks --tag-output --bind-to none",
        "-genv A 1 -hosts a,b:2 -ppn 4 -iface eth0 -print-all-exitcodes",
        "--mca btl_tcp_if_include eth0 --host 'a:4',b --hostfile \"my hosts\" -np 4 --oversubscribe",
        "--rankfile r --output-filename out --allow-run-as-root --np=3 --report-bindings",
        "-launcher ssh -wdir /tmp -f hosts -rr -l",
    };
}

std::vector<std::string> hydra_output() {
    return {"\x04one\n[mpiexec@host] Exit codes: [host] 0,256,9\n[other] 15\n\ntwo\n",
            "\x01[mpiexec@host] Exit codes: [host] 0\n"};
}

std::vector<std::string> pmi_lines() {
    return {"cmd=abort exitcode=3\n", "cmd=init pmi_version=1 pmi_subversion=1\n",
            "    31cmd=abort;exitcode=-1;thrid=1;"};
}

std::vector<std::string> host_lists() {
    return {"wh-[01-03,7],login\n4(x3),2", "a 4 b 4\na a b", "n[1-2]r[3-4]\n2", "a[0-99999]\n1(x100000)",
            "a[1-\n"};
}

std::vector<std::string> coordinates() {
    return {"(0,0),(0,1)", "(0,0)-(1,3)", "(7,3)-(0,0)", "( 1 , 2 )", "(-1,0)", "(99999999999,0)", "(0,0)-"};
}

std::vector<std::string> texts_with_variables() {
    return {"$A/${LONG}/${NONE:-default}$$ ~ ${", "${SELF}${A:-}${EMPTY:-x}$EMPTY"};
}

std::vector<std::string> host_texts() {
    return {"a slots=2 max_slots=4\nb:3 # two\n\n c\n", "a,b,,c", "-x", "a:0\na:99999999999",
            "localhost\n127.0.0.1:2\n[::1]"};
}

std::vector<std::string> rankfiles() {
    return {"rank 0=host slot=0\nrank 1=host slot=0:1-3\n", "RANK 2 = +n1 slots=p3\n",
            "rank 0=a slot=0\nrank 0=b slot=0\n", "rank 99999999999=a slot=1\n"};
}

/// This very test is a program.
std::vector<std::string> programs() {
    std::vector<std::string> found;
    if (const auto head = support::read_file("/proc/self/exe")) {
        found.push_back(head->substr(0, 4096));
    }
    return found;
}

}  // namespace

std::vector<Target> launcher_targets() {
    return {
        {.name = "batch-hosts", .largest = 512, .run = read_batch_hosts, .made = host_lists},
        {.name = "exit-codes", .largest = 512, .run = filter_exit_codes, .made = hydra_output},
        {.name = "hosts",
         .largest = 1024,
         .endings = {"hosts", "hostfile"},
         .run = read_hosts,
         .made = host_texts},
        {.name = "mapping-files", .endings = {".yaml"}, .run = read_mapping_files},
        {.name = "mesh-coordinates", .largest = 256, .run = read_mesh_coordinates, .made = coordinates},
        {.name = "mpi-args", .largest = 1024, .run = read_mpi_arguments, .made = mpi_words},
        {.name = "pmi", .largest = 512, .run = read_pmi, .made = pmi_lines},
        {.name = "program", .largest = 4096, .run = read_program, .made = programs},
        {.name = "rank-bindings", .endings = {".yaml"}, .run = read_rank_bindings},
        {.name = "rank-pinnings", .endings = {".yaml"}, .run = read_rank_pinnings},
        {.name = "rankfile",
         .largest = 1024,
         .endings = {"rankfile"},
         .run = read_rankfile,
         .made = rankfiles},
        {.name = "variables", .largest = 512, .run = read_variables, .made = texts_with_variables},
    };
}

}  // namespace tt_run::fuzz
