using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Sources;

namespace Dicom2Fhir.UnitTests.Indexer;

public sealed class HeaderReaderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-header-").FullName;

    [Theory]
    [InlineData(0, 0, "stored", null, "as it was listed")]
    [InlineData(-10, 0, "quarantined", "changing", "longer than it was listed")]
    [InlineData(10, 0, "quarantined", "changing", "shorter than it was listed")]
    [InlineData(0, -1, "quarantined", "changing", "written since")]
    public void A_file_that_changes_while_it_is_read_is_said_to(int more, int seconds, string outcome, string? reason, string what)
    {
        foreach (var (name, content) in ((string, byte[])[])[("a.dcm", TestArchives.Header("1.2.3.1")), ("a.tar", TestArchives.Tar(System.Formats.Tar.TarEntryFormat.Ustar, ("m", TestArchives.Header("1.2.3.1"))))])
        {
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path, content);
            var listed = new Input(path, FileKind.Regular, content.Length + more, File.GetLastWriteTimeUtc(path).AddSeconds(seconds));

            var result = name == "a.dcm" ? HeaderReader.Read(listed, TestContext.Current.CancellationToken)
                : new ContainerReader(listed, TestContext.Current.CancellationToken).Results().First();

            // the member of an archive is read; what is not whole is the archive
            Assert.True((outcome, reason) == (result.Outcome, result.Reason), $"{what}: {name} {result.Outcome} {result.Reason}");
        }
    }

    [Theory]
    [InlineData("gone.dcm")]
    [InlineData("gone.zip")]
    public void A_file_deleted_between_listing_and_opening_is_changing(string name)
    {
        var listed = new Input(Path.Combine(folder, name), FileKind.Regular, 10, DateTime.UnixEpoch);

        var result = name == "gone.dcm" ? HeaderReader.Read(listed, TestContext.Current.CancellationToken)
            : Assert.Single(new ContainerReader(listed, TestContext.Current.CancellationToken).Results());

        Assert.Equal(("quarantined", "changing"), (result.Outcome, result.Reason));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
