using System.Globalization;
using System.IO.Compression;
using Dicom2Fhir.Mapping;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class SeriesAttributesTests
{
    [Fact]
    public void The_later_delivery_wins_and_each_instance_is_accounted_for()
    {
        var first = SeriesAttributes.Of([Build.Instance("1.1"), Build.Instance("1.2")]);
        var corrected = Build.Instance("1.2", (TagMap.SeriesNumber, "7"));

        var (merged, changes) = first.Merge([Build.Instance("1.1"), corrected, Build.Instance("1.10"), corrected]);

        Assert.Equal([InstanceChange.Unchanged, InstanceChange.Replaced, InstanceChange.Added, InstanceChange.Unchanged], changes);
        Assert.Equal(["1.1", "1.10", "1.2"], merged.Instances.Select(instance => instance.SopUid));
        Assert.Equal("7", merged.Instances[2][TagMap.SeriesNumber]);
        Assert.Null(first.Instances[1][TagMap.SeriesNumber]);
    }

    [Fact]
    public void Instances_of_another_series_are_refused() =>
        Assert.Throws<ArgumentException>(() => SeriesAttributes.Of([Build.Instance("1.1")]).Merge([Build.Instance("1.9", "1.2")]));

    [Fact]
    public void A_sop_uid_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => SeriesAttributes.Of([Build.Instance("1.1"), Build.Instance("1.1", (TagMap.Modality, "MR"))]));

    [Property(MaxTest = 200)]
    public Property Decoding_gives_what_was_encoded_and_equal_series_give_equal_bytes() =>
        Prop.ForAll(RandomStudies.Series.ToArbitrary(), series =>
        {
            var bytes = series.Encode();
            var decoded = SeriesAttributes.Decode(bytes);
            Assert.Equal(series.Instances.Select(instance => instance.Values), decoded.Instances.Select(instance => instance.Values));
            Assert.Equal(bytes, decoded.Encode());
            Assert.Equal(bytes, SeriesAttributes.Of(series.Instances.Reverse()).Encode());
        });

    [Property(MaxTest = 300)]
    public Property Damaged_bytes_never_do_more_than_fail() =>
        Prop.ForAll(RandomStudies.Series.ToArbitrary(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (series, place, value) =>
        {
            var bytes = series.Encode();
            bytes[(int)((uint)place % bytes.Length)] = value;
            AssertDecodesOrFails(bytes);
            AssertDecodesOrFails(bytes[..(int)((uint)place % bytes.Length)]);
        });

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 1 }, "nothing")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1 }, "two thousand million instances")]
    [InlineData(new byte[] { 2, 1, 1, 8, 0, 0x18, 0, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "a value longer than the bytes")]
    [InlineData(new byte[] { 2, 1, 1, 8, 0, 0x18, 0, 1, 0x7F, 1, 65 }, "more shared bytes than before")]
    public void Lengths_are_not_believed(byte[] payload, string reason)
    {
        var fault = Record.Exception(() => SeriesAttributes.Decode(Packed(payload)));

        Assert.True(fault is InvalidDataException, reason + ": " + fault);
    }

    [Fact]
    public void A_row_that_the_table_no_longer_has_is_passed_over()
    {
        byte[] removed = [1, 0x01, 0, 0x09, 0, 0, 1, 3, .. "old"u8];
        byte[] payload = [1, 4, .. Column(TagMap.SopInstanceUid, "1.1"u8), .. removed, .. Column(TagMap.StudyInstanceUid, "1"u8), .. Column(TagMap.SeriesInstanceUid, "2"u8)];

        var instance = Assert.Single(SeriesAttributes.Decode(Packed(payload)).Instances);

        Assert.Equal(("1", "2", "1.1"), (instance.StudyUid, instance.SeriesUid, instance.SopUid));
        Assert.Equal(3, instance.Values.Count(value => value is not null));
    }

    static byte[] Column(TagRow row, ReadOnlySpan<byte> value) =>
        [1, .. BitConverter.GetBytes(row.Path.Leaf.Value), 0, 1, (byte)value.Length, .. value];

    static byte[] Packed(byte[] payload)
    {
        var bytes = new byte[200];
        Assert.True(BrotliEncoder.TryCompress(payload, bytes.AsSpan(1), out var written));
        bytes[0] = 1;
        return bytes[..(written + 1)];
    }

    [Theory]
    [InlineData(1, 440)]
    [InlineData(100, 4_400)]
    [InlineData(1000, 40_400)]
    public void A_series_stays_in_the_budget(int instances, int budget)
    {
        var bytes = SeriesAttributes.Of(Enumerable.Range(1, instances).Select(Realistic)).Encode();

        TestContext.Current.TestOutputHelper?.WriteLine($"{instances} instances: {bytes.Length} bytes");
        Assert.InRange(bytes.Length, 100, budget);
    }

    [Fact]
    public void The_hash_is_of_the_values_and_of_where_they_stand()
    {
        var one = Build.Instance("1.1", (TagMap.SeriesNumber, "1")).Hash();

        Assert.Equal(32, one.Length);
        Assert.Equal(one, Build.Instance("1.1", (TagMap.SeriesNumber, "1")).Hash());
        Assert.NotEqual(one, Build.Instance("1.1", (TagMap.InstanceNumber, "1")).Hash());
        Assert.NotEqual(one, Build.Instance("1.1", (TagMap.SeriesNumber, "1"), (TagMap.InstanceNumber, "")).Hash());
    }

    static void AssertDecodesOrFails(byte[] bytes)
    {
        var fault = Record.Exception(() => SeriesAttributes.Decode(bytes));
        Assert.True(fault is null or InvalidDataException, fault?.ToString());
    }

    /// <summary>What an instance of a CT series keeps, with UIDs and times as devices write them.</summary>
    static InstanceAttributes Realistic(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return Build.Instance(
            "1.3.12.2.1107.5.1.4.54023.30000004093013443012500000528", $"1.3.12.2.1107.5.1.4.54023.30000004093013443012500{number * 7:000000}",
            (TagMap.PatientId, "0f9a7c5e3d1b20486a8c0e2f4d6b8097"), (TagMap.InstanceNumber, text), (TagMap.AcquisitionDate, "20040930"),
            (TagMap.AcquisitionTime, $"1344{number % 60:00}.{number * 7919 % 1000000:000000}"), (TagMap.SeriesDate, "20040930"),
            (TagMap.SeriesTime, "134412.515000"),
            (TagMap.StudyDate, "20040930"), (TagMap.StudyTime, "134301.140000"), (TagMap.StudyDescription, "CT Thorax/Abdomen mit KM"),
            (TagMap.SeriesDescription, "Thorax 5.0 B31f portalvenös"), (TagMap.ProtocolName, "ThoraxAbdRoutine"),
            (TagMap.BodyPartExamined, "CHESTABDOMEN"),
            (TagMap.Manufacturer, "SIEMENS"), (TagMap.ManufacturerModelName, "Sensation 16"), (TagMap.DeviceSerialNumber, "54023"),
            (TagMap.StationName, "CT54023"), (TagMap.SoftwareVersions, "VA70C"), (TagMap.AccessionNumber, "8a6c4e2f0d1b39576a8c0e2f4d6b8097"),
            (TagMap.SeriesNumber, "3"), (TagMap.ContrastBolusAgent, "100 ml Omnipaque"), (TagMap.ContrastBolusVolume, "100"),
            (TagMap.Laterality, ""));
    }
}
