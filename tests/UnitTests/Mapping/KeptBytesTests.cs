using System.Globalization;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>The budget of what is kept for a re-mapping (design section 3): 400 bytes a series plus 40 an instance.</summary>
public sealed class KeptBytesTests
{
    const int SeriesBudget = 400;
    const int InstanceBudget = 40;

    [Fact]
    public void The_shared_files_stay_in_the_budget_of_their_series()
    {
        var series = Corpus.Studies(Corpus.Shared()).SelectMany(study => study).Where(one => one.Instances.All(IsNoReport)).ToList();
        var bytes = series.Sum(one => one.Encode().Length);
        var instances = series.Sum(one => one.Instances.Count);

        TestContext.Current.SendDiagnosticMessage($"{series.Count} series, {instances} instances, {bytes} bytes");
        Assert.True(bytes <= (series.Count * (SeriesBudget + InstanceBudget)) + (instances * InstanceBudget), $"{bytes} bytes for {series.Count} series of {instances} instances");
    }

    [Theory]
    [InlineData("CT", 1000)]
    [InlineData("CT", 100)]
    [InlineData("MR", 200)]
    [InlineData("PT", 300)]
    public void Long_series_stay_in_the_budget(string modality, int instances)
    {
        var bytes = SeriesAttributes.Of(Enumerable.Range(1, instances).Select(number => Slice(modality, number))).Encode().Length;

        TestContext.Current.SendDiagnosticMessage($"{modality} {instances}: {bytes} bytes");
        Assert.InRange(bytes, 1, SeriesBudget + (instances * InstanceBudget));
    }

    static bool IsNoReport(InstanceAttributes instance) => instance[TagMap.DoseEventValues] is null;

    /// <summary>As scanners write it: UIDs that count up, times and modulated currents that differ in each slice.</summary>
    static InstanceAttributes Slice(string modality, int number)
    {
        var random = new Random(number);
        string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
        (TagRow, string?)[] all =
        [
            (TagMap.Modality, modality), (TagMap.StudyDate, "20240612"), (TagMap.StudyTime, "091500.123000"), (TagMap.SeriesDate, "20240612"), (TagMap.SeriesTime, "091623.456000"),
            (TagMap.AcquisitionDate, "20240612"), (TagMap.AcquisitionTime, $"0917{number / 60 % 60:00}.{random.Next(1_000_000):000000}"), (TagMap.InstanceNumber, number.ToString(CultureInfo.InvariantCulture)),
            (TagMap.StudyDescription, "CT Thorax/Abdomen mit KM"), (TagMap.SeriesDescription, "Thorax/Abdomen 5.0 Br36 venös"), (TagMap.ProtocolName, "ThorAbd"),
            (TagMap.Manufacturer, "Siemens Healthineers"), (TagMap.ManufacturerModelName, "SOMATOM Force"), (TagMap.DeviceSerialNumber, "75123"), (TagMap.StationName, "CT75123"),
            (TagMap.SoftwareVersions, "syngo CT VA50A"), (TagMap.BodyPartExamined, "CHEST"), (TagMap.AccessionNumber, "0123456789abcdef0123456789abcdef"), (TagMap.ImageType, "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"),
            (TagMap.PixelSpacing, "0.763671875\\0.763671875"), (TagMap.SliceThickness, "5"), (TagMap.BurnedInAnnotation, "NO"), (TagMap.ContrastBolusAgent, "Imeron 350"), (TagMap.ContrastBolusVolume, "100"),
        ];
        (TagRow, string?)[] technique = modality switch
        {
            "CT" =>
            [
                (TagMap.Kvp, "120"), (TagMap.ExposureTime, "500"), (TagMap.Exposure, Text(random.Next(60, 200))), (TagMap.TubeCurrent, Text(random.Next(120, 400))), (TagMap.Kernel, "Br36d\\3"),
                (TagMap.Ctdi, Text(5 + random.NextDouble())), (TagMap.IrradiationEventUid, "1.3.12.2.1107.5.1.4.75123.30000024061206154379800000123"),
            ],
            "MR" =>
            [
                (TagMap.FieldStrength, "3"), (TagMap.ScanningSequence, "SE\\IR"), (TagMap.SequenceVariant, "SK\\SP\\MP"), (TagMap.EchoTime, Text(92 + (number % 2 * 10))), (TagMap.RepetitionTime, "9000"),
                (TagMap.InversionTime, "2500"), (TagMap.FlipAngle, "150"),
            ],
            _ =>
            [
                (TagMap.Radiopharmaceutical, "FDG"), (TagMap.RadionuclideTotalDose, "310000000"), (TagMap.RadionuclideHalfLife, "6586.2"), (TagMap.TracerStartTime, "081500"), (TagMap.PetUnits, "BQML"),
                (TagMap.SeriesType, "WHOLE BODY\\IMAGE"),
            ],
        };
        return Build.Instance("1.3.12.2.1107.5.1.4.75123.30000024061206154379800001000", $"1.3.12.2.1107.5.1.4.75123.300000240612061543798000{number + 1000:00000}", [.. all, .. technique]);
    }
}
