// Opening, dividing and reshaping meshes of an emulated Wormhole Galaxy.

#include "tt_run/device/mesh_device.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

#include "device/runtime.hpp"
#include "test/unit/device/galaxy_fixture.hpp"
#include "tt_run/device/mesh_buffer.hpp"
#include "tt_run/device/visible_devices.hpp"
#include "tt_run/device/warnings.hpp"

using namespace tt_run::device;
using tt_run::test::open_part;

TEST_CASE("nothing is there before the first open") {
    CHECK(!Runtime::is_started());
    CHECK(get_num_devices() == 32);
    CHECK(Runtime::is_started());
}

TEST_CASE("a mesh opens as asked, turned, or as a line, or says why not") {
    const auto whole = MeshDevice::create();
    CHECK(whole->shape() == MeshShape(8, 4));
    CHECK(whole->arch() == "wormhole_b0");
    CHECK(whole->get_device_ids().size() == 32);
    CHECK(whole->compute_with_storage_grid_size() == CoreGrid{.y = 9, .x = 8});
    CHECK(whole->dram_grid_size() == CoreGrid{.y = 1, .x = 12});
    CHECK_THROWS_WITH(open_part(1, 1), Catch::Contains("is already open"));
    whole->close();
    CHECK(!whole->is_open());
    whole->close();

    CHECK(open_part(2, 4)->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(open_part(2, 8)->get_device_ids() ==
          std::vector<std::int32_t>{0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29});
    const auto line = open_part(1, 10);
    CHECK(line->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 7, 6, 5, 4, 8, 9});
    CHECK(line->get_fabric_node_id(MeshCoordinate(0, 4)).text() == "M0D7");
    line->close();
    CHECK_THROWS_WITH(open_part(5, 5), Catch::Contains("does not fit the system mesh MeshShape([8, 4])"));
    CHECK_THROWS_WITH(open_part(1, 33), Catch::Contains("does not fit"));
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2, 2)}),
                      Catch::Contains("has 3 dimensions"));
    const auto placed = MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(6, 2)});
    CHECK(placed->get_device_ids() == std::vector<std::int32_t>{26, 27, 30, 31});
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(0, 3)}),
                      Catch::Contains("reaches beyond"));
    CHECK_THROWS_WITH(MeshDevice::create({.mesh_shape = MeshShape(2, 2), .offset = MeshCoordinate(8, 0)}),
                      Catch::Contains("is outside the system mesh"));
    const auto chosen = MeshDevice::create({.mesh_shape = MeshShape(1, 2), .physical_device_ids = {9, 5}});
    CHECK(chosen->get_device_id(MeshCoordinate(0, 1)) == 5);
    CHECK_THROWS_WITH(MeshDevice::create({.physical_device_ids = {1}}), Catch::Contains("need a mesh shape"));
    CHECK_THROWS_WITH(MeshDevice::create_unit_mesh(32), Catch::Contains("there is no device 32"));
    CHECK_THROWS_WITH(MeshDevice::create({.num_command_queues = 3}),
                      Catch::Contains("1 or 2 command queues"));
    const auto units = MeshDevice::create_unit_meshes({0, 1});
    CHECK(units[1]->get_device_ids() == std::vector<std::int32_t>{1});
}

TEST_CASE("submeshes lie inside, divide, and keep their parent") {
    auto device = open_part(4, 4);
    const auto part = device->create_submesh(MeshShape(2, 2), MeshCoordinate(1, 2));
    CHECK(part->get_device_ids() == std::vector<std::int32_t>{6, 7, 10, 11});
    CHECK(part->get_fabric_node_id(MeshCoordinate(0, 0)) == device->get_fabric_node_id(MeshCoordinate(1, 2)));
    CHECK(part->parent() == device);
    CHECK_THROWS_WITH(device->create_submesh(MeshShape(4, 4), MeshCoordinate(0, 1)),
                      Catch::Contains("reaches beyond"));
    CHECK_THROWS_WITH(device->create_submeshes(MeshShape(3, 2)), Catch::Contains("cannot be divided"));
    const auto quarters = device->create_submeshes(MeshShape(2, 2));
    CHECK(quarters.size() == 4);
    CHECK(quarters[3]->get_device_ids() == std::vector<std::int32_t>{10, 11, 14, 15});
    CHECK(device->get_submeshes().size() == 5);
    CHECK_THROWS_WITH(device->reshape(MeshShape(2, 8)), Catch::Contains("with submeshes"));
    const auto buffer = MeshBuffer::create({.size = 64, .page_size = 32}, part);
    const std::weak_ptr<MeshDevice> watched = device;
    device->close();
    CHECK(!part->is_open());
    device.reset();
    CHECK(!watched.expired());
}

TEST_CASE("a mesh is reshaped where neighbours stay neighbours") {
    const auto device = open_part(2, 4);
    device->reshape(MeshShape(1, 8));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 7, 6, 5, 4});
    device->reshape(MeshShape(2, 4));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
    device->reshape(MeshShape(4, 2));
    CHECK(device->get_device_ids() == std::vector<std::int32_t>{0, 4, 1, 5, 2, 6, 3, 7});
    CHECK_THROWS_WITH(device->reshape(MeshShape(3, 3)), Catch::Contains("has 9"));
    device->reshape(MeshShape(8, 1));
    const auto buffer = MeshBuffer::create({.size = 64, .page_size = 32}, device);
    CHECK_THROWS_WITH(device->reshape(MeshShape(1, 8)), Catch::Contains("with 1 buffers"));
}

TEST_CASE("sub-devices divide the cores") {
    const auto device = open_part(1, 1);
    CHECK(device->get_sub_device_ids() == std::vector<SubDeviceId>{0});
    CHECK(device->sub_device_cores(0).num_cores() == 72);
    const SubDevice left{{{CoreRange{{0, 0}, {3, 8}}}}};
    const SubDevice right{{{CoreRange{{4, 0}, {7, 8}}}}};
    const auto manager = device->create_sub_device_manager({left, right});
    device->load_sub_device_manager(manager);
    CHECK(device->get_sub_device_ids().size() == 2);
    CHECK(device->sub_device_cores(1).contains({4, 0}));
    {
        const auto buffer = MeshBuffer::create(
            {.size = 64, .page_size = 64, .buffer_type = BufferType::l1, .sub_device = 1}, device);
        CHECK_THROWS_WITH(device->clear_loaded_sub_device_manager(), Catch::Contains("1 buffers still live"));
    }
    CHECK_THROWS_WITH(device->remove_sub_device_manager(manager), Catch::Contains("is loaded"));
    device->clear_loaded_sub_device_manager();
    device->remove_sub_device_manager(manager);
    CHECK_THROWS_WITH(device->load_sub_device_manager(manager),
                      Catch::Contains("there is no sub-device manager"));
    CHECK_THROWS_WITH(device->create_sub_device_manager({left, left}),
                      Catch::Contains("is in two sub-devices"));
    CHECK_THROWS_WITH(device->create_sub_device_manager({SubDevice{{{CoreRange{{0, 0}, {8, 0}}}}}}),
                      Catch::Contains("are not inside the compute grid"));
}

TEST_CASE("devices on PCIe are those with a connection of their own") {
    CHECK(get_pcie_device_ids().size() == 32);  // every chip of a Galaxy has one
}

TEST_CASE("visible devices changed after the first open are warned of, once") {
    std::vector<std::string> warnings;
    set_warning_handler([&](const std::string& text) { warnings.push_back(text); });
    ::setenv("TT_VISIBLE_DEVICES", "0", 1);
    open_part(1, 1);
    open_part(1, 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    set_warning_handler(nullptr);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].starts_with(
        "TT_VISIBLE_DEVICES changed from (unset) to 0 after the first device was opened"));
}
