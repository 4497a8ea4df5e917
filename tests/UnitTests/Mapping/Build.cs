using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>Builders of data sets, instances and options for the mapping tests.</summary>
static class Build
{
    public const string Study = "1.2.3";
    public const string Series = "1.2.3.1";

    public static MappingOptions Options { get; } = new()
    {
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        MakeId = recipe => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..32],
    };

    /// <summary>An instance as it is kept: the named values and the minimum (UIDs, pseudonym, modality, SOP class) unless they are named.</summary>
    public static InstanceAttributes Instance(string sopUid, params (TagRow Row, string? Value)[] values) => Instance(Series, sopUid, values);

    public static InstanceAttributes Instance(string seriesUid, string sopUid, params (TagRow Row, string? Value)[] values)
    {
        var all = new string?[TagMap.All.Count];
        all[TagMap.PatientId.Index] = "pseudonym1";
        all[TagMap.Modality.Index] = "CT";
        all[TagMap.SopClassUid.Index] = "1.2.840.10008.5.1.4.1.1.2";
        foreach (var (row, value) in values) all[row.Index] = value;
        return new InstanceAttributes(Study, seriesUid, sopUid, all);
    }

    public static MappedStudy Map(params InstanceAttributes[] instances) => Map(Options, instances);

    public static MappedStudy Map(MappingOptions options, params InstanceAttributes[] instances) =>
        StudyMapper.Map([.. instances.GroupBy(instance => instance.SeriesUid).Select(SeriesAttributes.Of)], options);

    /// <summary>Maps one instance with the named values.</summary>
    public static MappedStudy MapOne(params (TagRow Row, string? Value)[] values) => Map(Instance("1.2.3.1.1", values));

    /// <summary>A data set of elements given as ("0010,0020", "LO", "value"); sequences by <see cref="Sequence"/>.</summary>
    public static DataSet DataSet(params Element[] elements) => new([.. elements.OrderBy(element => element.Tag)]);

    public static Element Element(string tag, string vr, params string[] values) => new(Tag.Parse(tag), vr, values, []);

    public static Element Sequence(string tag, params DataSet[] items) => new(Tag.Parse(tag), "SQ", [], items);
}
