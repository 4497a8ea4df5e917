using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class DevicesTests
{
    static readonly (TagRow, string?)[] Vida =
    [
        (TagMap.Manufacturer, "SIEMENS"), (TagMap.ManufacturerModelName, "MAGNETOM Vida"), (TagMap.DeviceSerialNumber, "4711"),
        (TagMap.StationName, "MR1"),
    ];

    [Fact]
    public void The_series_refers_to_the_device_by_the_id_of_the_recipe()
    {
        var mapped = Build.MapOne(Vida);

        var device = Assert.Single(mapped.Devices);
        Assert.Equal(Build.Options.MakeId("device|SIEMENS|MAGNETOM VIDA|4711"), device.Id);
        Assert.Equal("Device/" + device.Id, Assert.Single(mapped.Study.Series[0].Performer).Actor.Reference);
        Assert.Equal(Mii.DeviceProfile + "|2026.0.0", Assert.Single(device.Meta!.Profile));
        Assert.Equal(("SIEMENS", "4711"), (device.Manufacturer, device.SerialNumber));
        Assert.Equal(("MAGNETOM VIDA", DeviceNameType.ModelName), (Assert.Single(device.DeviceName).Name, device.DeviceName[0].Type));
    }

    [Theory]
    [InlineData("Siemens ", "Magnetom  VIDA", "4711", "spelling")]
    [InlineData("SIEMENS", "MAGNETOM Vida", "4711 ", "padding")]
    public void Spellings_of_one_scanner_are_one_device_with_the_same_content(string manufacturer, string model, string serial, string reason)
    {
        var other = Build.MapOne(
            (TagMap.Manufacturer, manufacturer), (TagMap.ManufacturerModelName, model), (TagMap.DeviceSerialNumber, serial), (TagMap.StationName, "MR2"));

        Assert.True(MappedJson.Write(Build.MapOne(Vida).Devices[0]) == MappedJson.Write(other.Devices[0]), reason);
    }

    [Fact]
    public void Without_a_serial_number_the_station_tells_devices_apart()
    {
        var device = Build.MapOne((TagMap.Manufacturer, "GE"), (TagMap.DeviceSerialNumber, ""), (TagMap.StationName, "ct01")).Devices[0];

        Assert.Equal(Build.Options.MakeId("device|GE||CT01"), device.Id);
        Assert.Null(device.SerialNumber);
        Assert.Equal(("CT01", DeviceNameType.UserFriendlyName), (Assert.Single(device.DeviceName).Name, device.DeviceName[0].Type));
    }

    [Fact]
    public void Without_manufacturer_and_model_there_is_no_device()
    {
        var mapped = Build.MapOne((TagMap.Manufacturer, " "), (TagMap.DeviceSerialNumber, "4711"), (TagMap.StationName, "MR1"));

        Assert.Empty(mapped.Devices);
        Assert.Empty(mapped.Study.Series[0].Performer);
    }

    [Fact]
    public void Two_series_of_one_scanner_have_one_device()
    {
        var mapped = Build.Map(Build.Instance("1.2.3.1", "1.1", Vida), Build.Instance("1.2.3.2", "1.2", Vida));

        Assert.Single(mapped.Devices);
        Assert.All(mapped.Study.Series, series => Assert.Equal("Device/" + mapped.Devices[0].Id, series.Performer[0].Actor.Reference));
    }
}
